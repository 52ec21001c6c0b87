/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * xl without a hypervisor: what configuration files may look like, what their keys come to, which
 * mistakes are found and how they are told, and the arithmetic of runstates.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "guestcfg.h"
#include "runstate.h"
#include "xl.h"

#undef main
int xl_main(int argc, char **argv);

static unsigned int passed, failed;
char said[4096]; /* what the last capture() heard on standard error */

void check(bool ok, const char *what, const char *detail)
{
    if (ok) {
        passed++;
    } else {
        failed++;
        printf("not ok %s: %s\n", what, detail);
    }
}

/* ---- Standard error into a string ---- */

static FILE *ears;
static int mouth;

void capture(void)
{
    fflush(stderr);
    ears = tmpfile();
    mouth = dup(STDERR_FILENO);
    dup2(fileno(ears), STDERR_FILENO);
}

void release(void)
{
    size_t n;

    fflush(stderr);
    dup2(mouth, STDERR_FILENO);
    close(mouth);
    rewind(ears);
    n = fread(said, 1, sizeof(said) - 1, ears);
    said[n] = 0;
    fclose(ears);
}

/* ---- A host of 8 CPUs on two nodes, where the real one would be asked ---- */

enum { CPUS = 8, NODES = 2 };

int __wrap_libxl_get_max_cpus(libxl_ctx *ctx);
int __wrap_libxl_get_max_cpus(libxl_ctx *ctx)
{
    return CPUS;
}

int __wrap_libxl_get_max_nodes(libxl_ctx *ctx);
int __wrap_libxl_get_max_nodes(libxl_ctx *ctx)
{
    return NODES;
}

int __wrap_libxl_cpu_bitmap_alloc(libxl_ctx *ctx, libxl_bitmap *map, int max);
int __wrap_libxl_cpu_bitmap_alloc(libxl_ctx *ctx, libxl_bitmap *map, int max)
{
    return libxl_bitmap_alloc(ctx, map, CPUS);
}

int __wrap_libxl_node_to_cpumap(libxl_ctx *ctx, int node, libxl_bitmap *map);
int __wrap_libxl_node_to_cpumap(libxl_ctx *ctx, int node, libxl_bitmap *map)
{
    for (int i = 0; i < CPUS / NODES; i++)
        libxl_bitmap_set(map, node * (CPUS / NODES) + i);
    return 0;
}

int __wrap_libxl_get_scheduler(libxl_ctx *ctx);
int __wrap_libxl_get_scheduler(libxl_ctx *ctx)
{
    return LIBXL_SCHEDULER_CREDIT2;
}

int __wrap_libxl_name_to_cpupoolid(libxl_ctx *ctx, const char *name, uint32_t *id);
int __wrap_libxl_name_to_cpupoolid(libxl_ctx *ctx, const char *name, uint32_t *id)
{
    return ERROR_INVAL;
}

/* ---- Syntax ---- */

static struct config *parse(const char *text)
{
    struct config *config;

    capture();
    config = config_parse("test.cfg", text, strlen(text));
    release();
    return config;
}

static void syntax_values(void)
{
    struct config *c = parse("# a comment\n"
                             "number = 42; hex = 0x1f\n"
                             "negative=-7\r\n"
                             "single = 'it''' ; \n"
                             "text = \"tab\\t quote\\\" hex\\x41\"\n"
                             "list = [ 'a', 2, [ 'nested', [] ], # comment inside\n"
                             "         'last', ]\n"
                             "twice = 1\ntwice = 2\n"
                             "list += [ 'more' ]\n"
                             "text += '!'");

    check(!c, "syntax", "two strings side by side");
    config_free(c);
    c = parse("a = 'one\\\ntwo'; b = [ 1,\n\n 2 ]\nc = 0755");
    check(c && !strcmp(config_find(c, "a")->text, "one\ntwo"), "a string", "goes on in a line");
    check(c && config_find(c, "b")->items[1].line == 4, "line", "of the fourth");
    check(c && config_find(c, "c")->number == 493, "octal", "with a leading 0");
    config_free(c);
    c = parse(
        "# a comment\nnumber = 42; hex = 0x1f\nnegative=-7\r\ntext = \"tab\\t quote\\\" "
        "hex\\x41\"\n"
        "list = [ 'a', 2, [ 'nested', [] ], # comment inside\n 'last', ]\ntwice = 1\ntwice = 2\n"
        "list += [ 'more' ]\ntext += '!'");
    check(c != NULL, "syntax", said);
    if (!c)
        return;
    check(config_find(c, "number")->number == 42, "number", "42");
    check(config_find(c, "hex")->number == 31, "hex", "0x1f");
    check(config_find(c, "negative")->number == -7, "negative", "-7");
    check(!strcmp(config_find(c, "text")->text, "tab\t quote\" hexA!"), "text",
          config_find(c, "text")->text);
    check(config_find(c, "twice")->number == 2, "twice", "the last one counts");
    check(config_find(c, "list")->nr_items == 5, "list", "five items");
    check(config_find(c, "list")->items[2].items[1].kind == CONFIG_LIST, "list", "nested twice");
    check(config_find(c, "list")->items[3].line == 6, "list", "knows its lines");
    check(!config_find(c, "absent"), "absent", "is not there");
    config_free(c);
}

static void syntax_errors(void)
{
    static const struct {
        const char *text, *expect;
    } wrong[] = {
        {"memory=[", "test.cfg:1: expected a value: a number, a \"string\" or a [ list ], found "
                     "the end of the text"},
        {"a = 1\nb = \n", "test.cfg:2: expected a value"},
        {"a = \"open\nb = 1", "test.cfg:1: expected the closing quote"},
        {"a = [ 1 2 ]", "expected ',' or ']' in the list, found '2'"},
        {"a", "expected '=' after the name"},
        {"a + 1", "expected '=' after '+'"},
        {"= 1", "expected the name of a setting, found '='"},
        {"a = 1 b = 2", "expected the end of the line or ';' after the value"},
        {"kernel = vmlinuz", "\"vmlinuz\" is not a number; text needs quotes"},
        {"a = 99999999999999999999", "is not a number"},
        {"a = 12abc", "\"12abc\" is not a number"},
        {"a = '\\q'", "after the backslash"},
        {"a = '\\x00'", "a string without a zero byte"},
        {"a = 1\na += 'b'", "+= adds a list to a list"},
        {"a = [[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]", "less deeply nested"},
        {"a = ]", "expected a value"},
        {"\x01 = 1", "the byte 0x01"},
        {"a = 'one\\\ntwo'\nb = [", "test.cfg:3: expected a value"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
        struct config *c = parse(wrong[i].text);

        check(!c && strstr(said, wrong[i].expect), wrong[i].text, said);
        config_free(c);
    }
}

/* Any text at all either parses or is refused: the sanitizers watch. */
static void syntax_noise(void)
{
    static const char alphabet[] = "ab=[]+\"'\\\n;#, 0x-_\x80";
    uint64_t state = 7;

    for (int round = 0; round < 30000; round++) {
        char text[48];
        size_t n = state % sizeof(text);

        for (size_t i = 0; i < n; i++) {
            state = state * 6364136223846793005ULL + 1442695040888963407ULL;
            text[i] = alphabet[(state >> 33) % (sizeof(alphabet) - 1)];
        }
        if (!round)
            capture();
        config_free(config_parse("noise", text, n));
        state += n + 1;
    }
    release();
    check(true, "noise", "survived");
}

/* ---- Keys ---- */

static int read_guest(const char *text, libxl_domain_config *d)
{
    struct xl xl = {0};
    struct config *c;
    int rc = -1;

    conf_init(&xl.conf);
    libxl_domain_config_init(d);
    capture();
    c = config_parse("guest.cfg", text, strlen(text));
    if (c)
        rc = guest_config(&xl, c, d);
    release();
    config_free(c);
    conf_free(&xl.conf);
    return rc;
}

#define GOOD "name='g'\nkernel='/k'\nmemory=256\n"

static void keys_good(void)
{
    libxl_domain_config d;
    const libxl_domain_build_info *b = &d.b_info;

    check(!read_guest(
              GOOD
              "vcpus=2\nmaxvcpus=4\nroot='/dev/xvda1'\nextra='quiet'\non_crash='rename-restart'\n"
              "disk=['/dev/vg/lv,raw,xvda,rw', 'file:/d.img,xvdb,r']\n"
              "vif=['mac=00:16:3e:01:02:03,bridge=br1,rate=8Mb/s', '']\n"
              "claim_nodes=[0, "
              "'2:64']\ncpu_weight=512\nuuid='12345678-9abc-def0-1234-56789abcdef0'\n",
              &d),
          "a good guest", said);
    check(!*said, "a good guest", "draws no word");
    check(d.c_info.type == LIBXL_DOMAIN_TYPE_PVH && !strcmp(d.c_info.name, "g"), "type, name",
          "pvh, g");
    check(b->target_memkb == 262144 && b->max_memkb == 262144, "memory", "is MiB");
    check(b->max_vcpus == 4 && libxl_bitmap_count_set(&b->avail_vcpus) == 2, "vcpus", "2 of 4");
    check(b->cmdline && !strcmp(b->cmdline, "root=/dev/xvda1 quiet"), "cmdline", b->cmdline);
    check(d.on_crash == LIBXL_ACTION_ON_SHUTDOWN_RESTART_RENAME, "on_crash", "rename-restart");
    check(d.on_reboot == LIBXL_ACTION_ON_SHUTDOWN_RESTART, "on_reboot", "restarts unless told");
    check(d.num_disks == 2 && !strcmp(d.disks[0].pdev_path, "/dev/vg/lv") && d.disks[0].readwrite,
          "disk 0", "path, rw");
    check(d.num_disks == 2 && !strcmp(d.disks[1].pdev_path, "/d.img") &&
              !strcmp(d.disks[1].vdev, "xvdb") && !d.disks[1].readwrite,
          "disk 1", "the old way");
    check(d.num_nics == 2 && d.nics[0].mac[5] == 3 && !strcmp(d.nics[0].bridge, "br1"), "vif 0",
          "mac, bridge");
    check(d.nics[0].rate_interval_usecs == 50000 && d.nics[0].rate_bytes_per_interval == 50000,
          "rate", "1 MB/s is 50 kB in 50 ms");
    check(b->num_claim_nodes == 2 && b->claim_nodes[1].node == 2 &&
              b->claim_nodes[1].memkb == 65536,
          "claim_nodes", "2:64");
    check(b->sched_params.weight == 512 && b->sched_params.cap == -1, "cpu_weight",
          "512, cap unsaid");
    check(libxl_defbool_is_default(b->claim_mode), "claim_mode", "left to the library");
    libxl_domain_config_dispose(&d);
}

static void keys_wrong(void)
{
    static const struct {
        const char *text, *expect;
    } wrong[] = {
        {"kernel='/k'\nmemory=1", "the guest has no name"},
        {"name='g'\nmemory=1", "the guest has no kernel"},
        {"name='g'\nkernel='/k'", "the guest has no memory"},
        {GOOD "type='hvm'",
         "guest.cfg:4: type: guests of type \"hvm\" are not supported: say type=\"pvh\""},
        {GOOD "type=\"pv\"", "say type=\"pvh\""},
        {GOOD "builder='hvm'", "say type=\"pvh\""},
        {GOOD "memory='much'", "memory: expected a number of MiB, found a string"},
        {GOOD "memory=0", "memory: 0 is not between 1 and"},
        {GOOD "maxmem=128", "maxmem: 128 MiB is less than memory=256"},
        {GOOD "vcpus=4\nmaxvcpus=2", "4 vCPUs are more than maxvcpus=2"},
        {GOOD "on_crash='explode'",
         "\"explode\" is not one of destroy, restart, rename-restart, preserve"},
        {GOOD "disk='x'", "disk: expected a list of disks"},
        {GOOD "disk=[\n'/dev/x,raw,xvda,rw',\n'nonsense']",
         "guest.cfg:6: disk: the disk \"nonsense\" has no virtual device"},
        {GOOD "disk=['/x,qcow2,xvda,w']", "\"qcow2\" is not understood"},
        {GOOD "disk=['/x,raw,xvda,maybe']", "\"maybe\" is not understood"},
        {GOOD "vif=['mac=1:2']", "\"mac=1:2\" is not understood"},
        {GOOD "vif=['colour=red']", "\"colour=red\" is not understood"},
        {GOOD "vif=[7]", "vif: expected an interface in a \"string\", found a number"},
        {GOOD "uuid='xyz'", "\"xyz\" is no identity"},
        {GOOD "claim_nodes=[0, 0]", "node 0 stands here twice"},
        {GOOD "claim_nodes=['4294967296']", "entry 1 is neither a node nor"},
        {GOOD "claim_nodes=['0', '4294967297:64']", "entry 2 is neither a node nor"},
        {GOOD "vnuma=[['pnode=4294967296']]", "virtual node 0: expected lists of"},
        {GOOD "vnuma=[['pnode=0','size=9007199254740993']]", "virtual node 0: expected lists of"},
        {GOOD "vnuma=[['vcpus=1']]", "virtual node 0: expected lists of"},
        {GOOD "cpus='0,8'", "cpus: \"8\" is no CPU of this host"},
        {GOOD "cpus='node:2'", "cpus: \"node:2\" is no node of this host"},
        {GOOD "claim_nodes=['1:x']", "entry 1 is neither a node nor"},
        {GOOD "claim_nodes=['0:200', '1:100']", "300 MiB on nodes are more than memory=256"},
        {GOOD "bootloader='pygrub'", "bootloader: not supported: a guest starts with its kernel"},
        {GOOD "pci=['01:00.0']", "pci: not supported"},
        {GOOD "cpu_weight=70000", "70000 is not between 1 and 65535"},
        {GOOD "nestedhvm=2", "nestedhvm: expected 0 or 1"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
        libxl_domain_config d;

        check(read_guest(wrong[i].text, &d) && strstr(said, wrong[i].expect), wrong[i].text, said);
        libxl_domain_config_dispose(&d);
    }
}

/* All mistakes are told at once, each with its line; what is only strange is told and goes on. */
static void keys_told(void)
{
    libxl_domain_config d;

    check(read_guest(GOOD "vcpus=0\ncap='x'\n", &d) && strstr(said, "guest.cfg:4: vcpus") &&
              strstr(said, "guest.cfg:5: cap"),
          "two mistakes", said);
    libxl_domain_config_dispose(&d);
    check(!read_guest(GOOD "memroy=3\nvnc=1\nserial='pty'\npci=[]\n", &d) &&
              strstr(said, "guest.cfg:4: warning: unknown key \"memroy\": ignored") &&
              strstr(said, "warning: serial has no effect"),
          "strange keys", said);
    libxl_domain_config_dispose(&d);
}

/* vCPUs are the guest's: a host may have fewer CPUs. */
static void virtual_nodes(void)
{
    libxl_domain_config d;

    check(!read_guest(GOOD "vcpus=12\nvnuma=[['pnode=0','size=128','vcpus=0-9'],"
                           "['pnode=1','size=128','vcpus=10,11']]",
                      &d),
          "vnuma", said);
    check(d.b_info.num_vnuma_nodes == 2 && libxl_bitmap_test(&d.b_info.vnuma_nodes[0].vcpus, 9) &&
              libxl_bitmap_count_set(&d.b_info.vnuma_nodes[1].vcpus) == 2,
          "vnuma", "twelve vCPUs");
    libxl_domain_config_dispose(&d);
}

/* ---- Small languages ---- */

static void memory_sizes(void)
{
    uint64_t kb;

    check(parse_memory("512", 1024, &kb) && kb == 524288, "memory", "512");
    check(parse_memory("2g", 1024, &kb) && kb == 2097152, "memory", "2g");
    check(parse_memory("1t", 1024, &kb) && kb == 1 << 30, "memory", "1t");
    check(parse_memory("8192b", 1024, &kb) && kb == 8, "memory", "8192b");
    check(parse_memory("64K", 1024, &kb) && kb == 64, "memory", "64K");
    check(!parse_memory("-1", 1024, &kb) && !parse_memory("", 1024, &kb) &&
              !parse_memory("5x", 1024, &kb) && !parse_memory("99999999999999999999", 1024, &kb) &&
              !parse_memory("99999999999999g", 1024, &kb),
          "memory", "nonsense");
}

/* What each comes to, as a mask of CPUs; CPUs 0 to 3 are on node 0. */
static void cpu_lists_understood(void)
{
    static const struct {
        const char *text;
        unsigned int mask;
    } lists[] = {
        {"0", 0x01},           {"2-4", 0x1c},
        {"0-3,5,^1", 0x2d},    {"all", 0xff},
        {"all,^7", 0x7f},      {"none", 0x00},
        {"1,none,2", 0x04},    {" 0 , 2 ", 0x05},
        {"node:1", 0xf0},      {"nodes:0-1", 0xff},
        {"nodes:all", 0xff},   {"all,^node:1", 0x0f},
        {"1,node:1,^6", 0xb2}, {"nodes:0-1,node:^0", 0xf0},
        {"all,^all", 0x00},
    };
    struct xl xl = {0};

    for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
        libxl_bitmap map;
        char *error = NULL;
        unsigned int mask = 0;

        if (!cpulist_parse(&xl, lists[i].text, &map, &error))
            for (int cpu = 0; cpu < CPUS; cpu++)
                mask |= libxl_bitmap_test(&map, cpu) << cpu;
        check(!error && mask == lists[i].mask, lists[i].text, error ? error : "other CPUs");
        libxl_bitmap_dispose(&map);
    }
}

/* 4294967296 is none of the CPUs that it has the low bits of. */
static void cpu_lists_refused(void)
{
    static const char *const lists[] = {
        "",
        "8",
        "0-8",
        "3-1",
        "-1",
        "1-",
        "0x1",
        "^",
        "^^1",
        "0,,1",
        "1 2",
        "4294967296",
        "0-4294967299",
        "node:2",
        "node:",
        "node",
        "all-1",
        "^none",
        "9223372036854775807",
        "99999999999999999999",
        "node:4294967296",
        "^node:^1",
    };
    struct xl xl = {0};

    for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
        libxl_bitmap map;
        char *error = NULL;
        int rc = cpulist_parse(&xl, lists[i], &map, &error);

        check(rc && error && strstr(error, "of this host"), lists[i], error ? error : "taken");
        free(error);
        libxl_bitmap_dispose(&map);
    }
}

/* In bytes for each interval: 500 kb are 62500 bytes, a 20th of which is 3125. */
static void rates(void)
{
    static const struct {
        const char *text;
        uint64_t bytes;
        uint32_t usecs;
    } good[] = {
        {"rate=8Mb/s", 50000, 50000},         {"rate=500Kb/s", 3125, 50000},
        {"rate=1GB/s@20ms", 20000000, 20000}, {"rate=800B/s@1s", 800, 1000000},
        {"rate=1600b/s@5000us", 1, 5000},
    };
    static const char *const wrong[] = {"rate=1Mb",
                                        "rate=Mb/s",
                                        "rate=1mb/s",
                                        "rate=1Tb/s",
                                        "rate=1Mb/s@",
                                        "rate=1Mb/s@20",
                                        "rate=1Mb/s@20min",
                                        "rate=1Mb/s@0s",
                                        "rate=0b/s",
                                        "rate=-1b/s",
                                        "rate=1b/s",
                                        "rate=99999999999GB/s",
                                        "rate=1Mb/s@18446744073710s",
                                        "rate=1Mb/s@5000s",
                                        "rate=1Mb/sec"};
    const struct xl_conf conf = {0};
    libxl_device_nic nic;
    char *error = NULL;

    for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
        check(!nic_parse(&conf, good[i].text, &nic, &error) &&
                  nic.rate_bytes_per_interval == good[i].bytes &&
                  nic.rate_interval_usecs == good[i].usecs,
              good[i].text, "another rate");
        libxl_device_nic_dispose(&nic);
    }
    for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
        check(nic_parse(&conf, wrong[i], &nic, &error) && error, wrong[i], "is taken");
        free(error);
        error = NULL;
        libxl_device_nic_dispose(&nic);
    }
}

static void seconds(void)
{
    double s;

    check(parse_seconds("0.5", 0.1, &s) && s == 0.5 && parse_seconds("86400", 0.1, &s), "seconds",
          "from least to a day");
    check(!parse_seconds("0.05", 0.1, &s) && !parse_seconds("86401", 0.1, &s) &&
              !parse_seconds("3x", 0.1, &s) && !parse_seconds("", 0.1, &s) &&
              !parse_seconds("nan", 0.1, &s) && !parse_seconds("inf", 0.1, &s),
          "seconds", "nonsense");
}

static void cpu_lists(void)
{
    libxl_bitmap map;
    char *text;

    libxl_bitmap_alloc(NULL, &map, 12);
    for (int i = 0; i < 12; i++)
        if (i != 3 && i != 5)
            libxl_bitmap_set(&map, i);
    text = cpulist_format(&map, 12);
    check(!strcmp(text, "0-2,4,6-11"), "cpulist", text);
    free(text);
    text = cpulist_format(&map, 3);
    check(!strcmp(text, "all"), "cpulist", text);
    free(text);
    libxl_bitmap_dispose(&map);
}

/* ---- Commands ---- */

/* xl with these words, the last of which is NULL; its exit status. */
static int xl(char **words)
{
    int n = 0, rc;

    while (words[n])
        n++;
    capture();
    optind = 0;
    rc = xl_main(n, words);
    release();
    return rc;
}

/* Under -N a command either can say what it would do, or is refused: it never goes ahead. */
static void dry_runs(void)
{
    static char *const ahead[] = {"rename",          "config-update",
                                  "cpupool-destroy", "cpupool-rename",
                                  "cpupool-cpu-add", "cpupool-cpu-remove",
                                  "cpupool-migrate", "cpupool-numa-split",
                                  "block-detach",    "network-detach",
                                  "sched-credit2",   "debug-keys",
                                  "dmesg",           "console"};

    for (size_t i = 0; i < ARRAY_SIZE(ahead); i++) {
        char *words[] = {"xl", "-N", ahead[i], "0", "1", NULL};

        check(xl(words) == 1 && strstr(said, "-N is not for this command"), ahead[i], said);
    }
    check(xl((char *[]){"xl", "-N", "list", NULL}) == 1 && !strstr(said, "-N"), "list", said);
}

/* ---- Interfaces ---- */

/* xl.conf(5) speaks for an interface of a configuration and for one that is attached later. */
static void nic_defaults(void)
{
    const struct xl_conf conf = {
        .vif_script = "vif-route", .default_bridge = "br9", .default_gatewaydev = "eth9"};
    libxl_device_nic nic;
    char *error = NULL;

    check(!nic_parse(&conf, "mtu=9000,bridge=own", &nic, &error), "an interface", "is taken");
    check(!strcmp(nic.bridge, "own") && !strcmp(nic.script, "vif-route") &&
              !strcmp(nic.gatewaydev, "eth9") && nic.mtu == 9000,
          "an interface", "has its own bridge, and the host's script and gateway");
    libxl_device_nic_dispose(&nic);
}

/* ---- Pools ---- */

static void pools(void)
{
    static const struct {
        char *setting;
        const char *expect;
    } settings[] = {
        {"sched=5", "command line: sched: expected a \"string\", found a number"},
        {"name=['a']", "command line: name: expected a \"string\", found a list"},
        {"spus='1'", "command line: warning: unknown key \"spus\": ignored"},
        {"cpus='9'", "command line: cpus: \"9\" is no CPU of this host"},
        {"nodes=[0, 2]", "command line: nodes: \"node:2\" is no node of this host"},
        {"sched='fair'", "\"fair\" is not one of credit2, credit, rtds, null"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(settings); i++) {
        struct xl state = {.dry_run = true};
        char *words[] = {"cpupool-create", "name='p'", settings[i].setting, NULL};

        capture();
        optind = 0;
        cmd_cpupool_create(&state, command_find("cpupool-create"), 3, words);
        release();
        check(strstr(said, settings[i].expect) != NULL, settings[i].setting, said);
    }
}

/* ---- Runstates ---- */

static void runstates(void)
{
    libxl_runstateinfo a = {.age = 1000, .blocked = 1000}, b = {.age = 5000, .blocked = 2000};
    struct runstate_shares s;
    double sum = 0;

    b.full_run = 3000;
    b.running = 1500;
    s = runstate_between(&a, &b);
    for (int i = 0; i < RUNSTATES; i++)
        sum += s.share[i];
    check(fabs(sum - 1) < 1e-9, "shares", "add up to one");
    check(fabs(s.share[LIBXL_RUNSTATE_FULL_RUN] - 0.75) < 1e-9, "shares", "3/4 full run");
    check(runstate_advice(&s) && strstr(runstate_advice(&s), "more vCPUs"), "advice", "full run");
    s = runstate_between(&b, &b);
    check(s.interval == 0 && s.share[0] == 0 && !runstate_advice(&s), "no time", "no shares");
    s = runstate_between(&b, &a);
    check(fabs(s.share[LIBXL_RUNSTATE_BLOCKED] - 1) < 1e-9, "another domain of the number",
          "from its birth");
    a = (libxl_runstateinfo){.age = 100, .concurrency_hazard = 30, .full_run = 70};
    s = runstate_between(NULL, &a);
    check(runstate_advice(&s) && strstr(runstate_advice(&s), "fewer vCPUs"), "advice",
          "hazard comes first");
}

int main(void)
{
    syntax_values();
    syntax_errors();
    syntax_noise();
    keys_good();
    keys_wrong();
    keys_told();
    memory_sizes();
    rates();
    seconds();
    cpu_lists();
    cpu_lists_understood();
    cpu_lists_refused();
    virtual_nodes();
    dry_runs();
    nic_defaults();
    pools();
    runstates();
    lives();
    printf("%u passed, %u failed\n", passed, failed);
    return failed != 0;
}
