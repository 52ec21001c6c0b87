/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * libxl without a hypervisor.
 *
 * Every type of types.idl goes to JSON and back unchanged, whatever its members hold; a fresh
 * object is empty JSON; a copy owns all that it has; broken JSON is refused and leaves nothing
 * behind.  The choice of NUMA nodes is held against an exhaustive search that is too simple to be
 * wrong.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "type.h"

static unsigned int passed, failed;

static void check(bool ok, const char *what, const char *detail)
{
    if (ok) {
        passed++;
    } else {
        failed++;
        printf("not ok %s: %s\n", what, detail);
    }
}

/* ---- Random objects ---- */

static uint64_t state = 1;

static uint64_t next(uint64_t limit)
{
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return (state >> 17) % limit;
}

static char *random_string(void)
{
    /* Quotes, backslashes, control characters and UTF-8 are what JSON has to get right. */
    static const char *const words[] = {
        "", "a", "\"quoted\"", "back\\slash", "tab\tnew\nline", "gr\xc3\xbc\xc3\x9f"};

    return strdup(words[next(ARRAY_SIZE(words))]);
}

static char **random_list(int nr)
{
    char **list = calloc(nr + 1, sizeof(char *));

    for (int i = 0; i < nr; i++)
        list[i] = random_string();
    return list;
}

static void fill(const struct type *t, void *p);

static void fill_number(const struct type *t, void *p)
{
    static const int64_t edges[] = {1, 2, 77, INT32_MAX, 127, 255};
    int64_t value = edges[next(ARRAY_SIZE(edges))];

    if (t->size == 8 && next(3) == 0)
        value = -2; /* beyond what a signed number holds */
    if (number_is_signed(t) && next(3) == 0)
        value = INT32_MIN;
    number_set(t, p, value);
}

static void fill_bitmap(libxl_bitmap *map)
{
    libxl_bitmap_alloc(NULL, map, 1 + next(300));
    for (int i = 0; i < 10; i++)
        libxl_bitmap_set(map, next(map->size * 8));
}

static void fill_struct(const struct type *t, void *p)
{
    for (const struct field *f = t->fields; f->name; f++) {
        char *at = (char *)p + f->offset;

        if (f->count_offset == FIELD_SINGLE) {
            fill(f->type, at);
            continue;
        }
        int count = 1 + next(3);
        char *e = calloc(count, f->type->size);

        for (int i = 0; i < count; i++) {
            f->type->ops->init(f->type, e + i * f->type->size, 0);
            fill(f->type, e + i * f->type->size);
        }
        *(void **)at = e;
        *(int *)((char *)p + f->count_offset) = count;
    }
}

/* Into an initialised object. */
static void fill(const struct type *t, void *p)
{
    if (t->fields) {
        fill_struct(t, p);
    } else if (t->names) {
        int nr = 0;

        while (t->names[nr].name)
            nr++;
        *(int *)p = t->names[next(nr)].value;
    } else if (t == &type_string) {
        *(char **)p = random_string();
    } else if (t == &type_string_list) {
        *(char ***)p = random_list(1 + next(3));
    } else if (t == &type_key_value_list) {
        char **list = random_list(2);

        free(list[0]);
        list[0] = strdup("key");
        *(char ***)p = list;
    } else if (t == &type_bitmap) {
        fill_bitmap(p);
    } else if (t == &type_defbool) {
        libxl_defbool_set(p, next(2));
    } else if (t == &type_bool) {
        *(bool *)p = next(2);
    } else if (t == &type_uuid || t == &type_mac || t == &type_hwcap) {
        for (size_t i = 0; i < t->size; i++)
            ((uint8_t *)p)[i] = next(256);
    } else if (t != &type_link) {
        fill_number(t, p);
    }
}

/* ---- JSON ---- */

static void round_trip(const struct type *t)
{
    void *a = calloc(1, t->size), *b = calloc(1, t->size), *c = calloc(1, t->size);
    char *before, *after, *copied;

    type_init(t, a);
    type_init(t, b);
    fill(t, a);
    before = json_from_type(t, a);
    check(before != NULL, t->name, "goes to JSON");
    check(!json_to_type(NULL, t, b, before), t->name, before);
    after = json_from_type(t, b);
    check(after && !strcmp(before, after), t->name, "comes back unchanged");
    type_copy(t, c, a);
    type_dispose(t, a); /* the sanitizer sees a copy that shares */
    copied = json_from_type(t, c);
    check(copied && !strcmp(before, copied), t->name, "is copied whole");
    type_dispose(t, b);
    type_dispose(t, c);
    free(before);
    free(after);
    free(copied);
    free(a);
    free(b);
    free(c);
}

static void fresh(const struct type *t)
{
    void *p = calloc(1, t->size);
    char *json;

    memset(p, 0xa5, t->size);
    type_init(t, p);
    json = json_from_type(t, p);
    check(json && strspn(json, "{} \n") == strlen(json), t->name, json ? json : "(null)");
    free(json);
    type_dispose(t, p);
    free(p);
}

/* Nothing that is not the type's JSON gets through, at any length. */
static void truncated(const struct type *t)
{
    void *a = calloc(1, t->size), *b = calloc(1, t->size);
    char *json;
    size_t len;
    bool refused = true;

    type_init(t, a);
    fill(t, a);
    json = json_from_type(t, a);
    len = strrchr(json, '}') - json;
    for (size_t i = 0; i < len; i++) {
        char *part = strndup(json, i);

        type_init(t, b);
        refused &= json_to_type(NULL, t, b, part) != 0;
        type_dispose(t, b);
        free(part);
    }
    check(refused, t->name, "is refused when it is cut short");
    type_dispose(t, a);
    free(json);
    free(a);
    free(b);
}

static void json_refused(void)
{
    static const char *const wrong[] = {
        "",
        "[]",
        "7",
        "{\"nosuch\": 1}",
        "{\"name\": 3}",
        "{\"domid\": -1}",
        "{\"domid\": 4294967296}",
        "{\"domid\": 1.5}",
        "{\"type\": \"vax\"}",
        "{\"type\": 3}",
        "{\"uuid\": \"12\"}",
        "{\"hap\": true}",
        "{\"xsdata\": [1]}",
        "{\"xsdata\": {\"a\": 1}}",
    };

    for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
        libxl_domain_create_info info;

        libxl_domain_create_info_init(&info);
        check(libxl_domain_create_info_from_json(NULL, &info, wrong[i]) != 0, "refused", wrong[i]);
        libxl_domain_create_info_dispose(&info);
    }
}

/* What is left out has its initial value, which is not always zero. */
static void json_defaults(void)
{
    libxl_domain_config config;

    libxl_domain_config_init(&config);
    check(!libxl_domain_config_from_json(NULL, &config, "{\"b_info\": {\"max_vcpus\": 3}}"),
          "config", "is read");
    check(config.b_info.max_vcpus == 3, "max_vcpus", "has the value said");
    check(config.b_info.target_memkb == LIBXL_MEMKB_DEFAULT, "target_memkb", "has its default");
    check(config.c_info.type == LIBXL_DOMAIN_TYPE_INVALID, "type", "has its default");
    check(libxl_defbool_is_default(config.b_info.claim_mode), "claim_mode", "is unset");
    libxl_domain_config_dispose(&config);
}

static void enums(void)
{
    libxl_domain_type type;
    libxl_runstate runstate;

    check(!strcmp(libxl_domain_type_to_string(LIBXL_DOMAIN_TYPE_PVH), "pvh"), "enum", "pvh");
    check(!libxl_domain_type_to_string(99), "enum", "99 has no name");
    check(!libxl_domain_type_from_string("PVH", &type) && type == LIBXL_DOMAIN_TYPE_PVH, "enum",
          "PVH");
    check(libxl_domain_type_from_string("pvhh", &type) != 0, "enum", "pvhh");
    for (int i = 0; i < 6; i++)
        check(!libxl_runstate_from_string(libxl_runstate_to_string(i), &runstate) &&
                  (int)runstate == i,
              "runstate", "name and number");
}

static void uuids(void)
{
    libxl_uuid a, b;
    char text[LIBXL_UUID_FMTLEN + 1];

    libxl_uuid_generate(&a);
    check(!libxl_uuid_is_nil(&a), "uuid", "generated is not nil");
    snprintf(text, sizeof(text), LIBXL_UUID_FMT, LIBXL_UUID_BYTES(a));
    check(!libxl_uuid_from_string(&b, text) && !libxl_uuid_compare(&a, &b), "uuid", text);
    check(libxl_uuid_from_string(&b, "12345678-1234-1234-1234-12345678901"), "uuid",
          "one digit short");
    check(libxl_uuid_from_string(&b, "12345678-1234-1234-1234-1234567890123"), "uuid", "too long");
    check(libxl_uuid_from_string(&b, "1234567g-1234-1234-1234-123456789012"), "uuid",
          "not hexadecimal");
    check(libxl_uuid_from_string(&b, "-2345678-1234-1234-1234-123456789012"), "uuid",
          "dash for a digit");
}

static void bitmaps(void)
{
    libxl_bitmap map;

    libxl_bitmap_alloc(NULL, &map, 12);
    libxl_bitmap_set(&map, 11);
    libxl_bitmap_set(&map, 16);
    libxl_bitmap_set(&map, -1);
    check(libxl_bitmap_count_set(&map) == 1 && libxl_bitmap_test(&map, 11), "bitmap",
          "keeps to its size");
    check(!libxl_bitmap_test(&map, 99) && !libxl_bitmap_test(&map, -1), "bitmap",
          "is clear outside");
    libxl_bitmap_dispose(&map);
}

/* ---- NUMA ---- */

/* The size of the smallest set that would do. */
static int smallest(const struct numa_node *n, unsigned int nr, uint64_t allowed, uint64_t need,
                    unsigned int vcpus)
{
    int best = 0;

    for (uint64_t set = 1; set < 1ULL << nr; set++) {
        uint64_t memory = 0;
        unsigned int cpus = 0;
        int size = __builtin_popcountll(set);

        for (unsigned int i = 0; i < nr; i++) {
            memory += set >> i & 1 ? n[i].free_kb : 0;
            cpus += set >> i & 1 ? n[i].cpus : 0;
        }
        if (!(set & ~allowed) && memory >= need && cpus >= vcpus && (!best || size < best))
            best = size;
    }
    return best;
}

static void numa_random(void)
{
    unsigned int wrong = 0;

    for (int round = 0; round < 20000; round++) {
        unsigned int nr = 1 + next(6), chosen[NUMA_NODES_MAX], vcpus = 1 + next(12), count;
        uint64_t allowed = 1 + next((1ULL << nr) - 1), need = next(3000), have = 0;
        struct numa_node n[6];
        int want;

        for (unsigned int i = 0; i < nr; i++)
            n[i] = (struct numa_node){next(1000), next(5), next(20)};
        want = smallest(n, nr, allowed, need, vcpus);
        if (!want)
            want = smallest(n, nr, allowed, need, 0);
        count = numa_choose(n, nr, allowed, need, vcpus, chosen);
        for (unsigned int i = 0; i < count; i++) {
            have += n[chosen[i]].free_kb;
            wrong += !(allowed >> chosen[i] & 1);
        }
        wrong += (int)count != want || (count && have < need);
    }
    check(!wrong, "numa_choose", "takes the fewest nodes that will do, and only allowed ones");
}

static void numa_preference(void)
{
    /* Equal but for one thing: load, then free memory; a node without CPUs comes last. */
    const struct numa_node load[] = {{500, 4, 8}, {500, 4, 2}, {500, 2, 2}};
    const struct numa_node memory[] = {{500, 4, 2}, {700, 4, 2}};
    const struct numa_node bare[] = {{900, 0, 0}, {500, 4, 40}};
    unsigned int chosen[NUMA_NODES_MAX];

    check(numa_choose(load, 3, ~0ULL, 400, 1, chosen) == 1 && chosen[0] == 1, "numa_choose",
          "least load");
    check(numa_choose(memory, 2, ~0ULL, 400, 1, chosen) == 1 && chosen[0] == 1, "numa_choose",
          "most free");
    check(numa_choose(bare, 2, ~0ULL, 400, 0, chosen) == 1 && chosen[0] == 1, "numa_choose",
          "with CPUs");
    check(numa_choose(bare, 2, ~0ULL, 900, 1, chosen) == 2, "numa_choose",
          "two where one lacks CPUs");
    check(!numa_choose(bare, 2, ~0ULL, 1500, 1, chosen), "numa_choose",
          "nothing when it does not fit");
}

/* A host of more nodes than sets can be searched. */
static void numa_large(void)
{
    struct numa_node n[40];
    unsigned int chosen[NUMA_NODES_MAX], count;

    for (int i = 0; i < 40; i++)
        n[i] = (struct numa_node){100 + i, 2, 0};
    count = numa_choose(n, 40, ~0ULL, 300, 1, chosen);
    check(count == 3 && chosen[0] == 37 && chosen[2] == 39, "numa_choose", "the emptiest of forty");
}

int main(void)
{
    for (int i = 0; type_all[i]; i++) {
        fresh(type_all[i]);
        truncated(type_all[i]);
        for (int round = 0; round < 50; round++)
            round_trip(type_all[i]);
    }
    json_refused();
    json_defaults();
    enums();
    uuids();
    bitmaps();
    numa_random();
    numa_preference();
    numa_large();
    printf("%u passed, %u failed\n", passed, failed);
    return failed != 0;
}
