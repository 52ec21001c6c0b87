/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * Files, and the formats that they may be packed in: gzip, XZ, LZMA, zstd, LZ4, bzip2, each by its
 * own library.  What comes out is bounded, since a kernel's file need not be what it says it is.
 */
#include <bzlib.h>
#include <fcntl.h>
#include <lz4.h>
#include <lz4frame.h>
#include <lzma.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>
#include "private.h"

#define OUTPUT_LIMIT (1UL << 30)
#define LZ4_CHUNK    (8UL << 20) /* what a block of the legacy format unpacks to at most */

struct output {
    uint8_t *data;
    size_t len, cap;
};

/* Makes room for at least `need` more bytes. */
static int output_room(struct output *o, size_t need)
{
    size_t cap = o->cap;
    uint8_t *data;

    if (o->cap - o->len >= need) {
        return 0;
    }
    while (cap - o->len < need) {
        cap *= 2;
    }
    data = cap <= OUTPUT_LIMIT ? realloc(o->data, cap) : NULL;
    if (!data) {
        errno = cap <= OUTPUT_LIMIT ? ENOMEM : EFBIG;
        return -1;
    }
    o->data = data;
    o->cap = cap;
    return 0;
}

static int bad_data(void)
{
    errno = EINVAL;
    return -1;
}

static int unpack_gzip(const uint8_t *in, size_t len, struct output *o)
{
    z_stream s = {.next_in = (void *)in, .avail_in = len};
    int r = inflateInit2(&s, 16 + MAX_WBITS);

    while (r == Z_OK) {
        if (output_room(o, 1 << 16) < 0) {
            inflateEnd(&s);
            return -1;
        }
        s.next_out = o->data + o->len;
        s.avail_out = o->cap - o->len;
        r = inflate(&s, Z_NO_FLUSH);
        o->len = s.next_out - o->data;
    }
    inflateEnd(&s);
    return r == Z_STREAM_END ? 0 : bad_data();
}

static int unpack_lzma(const uint8_t *in, size_t len, struct output *o)
{
    lzma_stream s = LZMA_STREAM_INIT;
    lzma_ret r = lzma_auto_decoder(&s, UINT64_MAX, 0);

    s.next_in = in;
    s.avail_in = len;
    while (r == LZMA_OK) {
        if (output_room(o, 1 << 16) < 0) {
            lzma_end(&s);
            return -1;
        }
        s.next_out = o->data + o->len;
        s.avail_out = o->cap - o->len;
        r = lzma_code(&s, s.avail_in ? LZMA_RUN : LZMA_FINISH);
        o->len = s.next_out - o->data;
    }
    lzma_end(&s);
    return r == LZMA_STREAM_END ? 0 : bad_data();
}

static int unpack_zstd(const uint8_t *in, size_t len, struct output *o)
{
    ZSTD_DStream *s = ZSTD_createDStream();
    ZSTD_inBuffer src = {in, len, 0};
    size_t r = 1;

    while (s && r != 0 && !ZSTD_isError(r) && (src.pos < src.size || r == 1)) {
        ZSTD_outBuffer dst;

        if (output_room(o, ZSTD_DStreamOutSize()) < 0) {
            ZSTD_freeDStream(s);
            return -1;
        }
        dst = (ZSTD_outBuffer){o->data, o->cap, o->len};
        r = ZSTD_decompressStream(s, &dst, &src);
        if (dst.pos == o->len && src.pos == src.size) {
            break; /* no progress: the input ends early */
        }
        o->len = dst.pos;
    }
    ZSTD_freeDStream(s);
    return r == 0 ? 0 : bad_data();
}

static int unpack_bzip2(const uint8_t *in, size_t len, struct output *o)
{
    bz_stream s = {.next_in = (void *)in, .avail_in = len};
    int r = BZ2_bzDecompressInit(&s, 0, 0);

    while (r == BZ_OK) {
        size_t before = o->len;

        if (output_room(o, 1 << 16) < 0) {
            BZ2_bzDecompressEnd(&s);
            return -1;
        }
        s.next_out = (char *)o->data + o->len;
        s.avail_out = o->cap - o->len;
        r = BZ2_bzDecompress(&s);
        o->len = (uint8_t *)s.next_out - o->data;
        if (r == BZ_OK && o->len == before && !s.avail_in) {
            break;
        }
    }
    BZ2_bzDecompressEnd(&s);
    return r == BZ_STREAM_END ? 0 : bad_data();
}

/* The format of `lz4 -l`, which kernels use: a magic, then blocks with their packed sizes. */
static int unpack_lz4_legacy(const uint8_t *in, size_t len, struct output *o)
{
    size_t pos = 4;

    while (len - pos > 4) { /* a kernel's payload ends in the size of the image */
        uint32_t packed;
        int n;

        memcpy(&packed, in + pos, 4);
        pos += 4;
        if (packed > len - pos || packed > INT32_MAX) {
            return bad_data();
        }
        if (output_room(o, LZ4_CHUNK) < 0) {
            return -1;
        }
        n = LZ4_decompress_safe((const char *)in + pos, (char *)o->data + o->len, packed,
                                LZ4_CHUNK);
        if (n < 0) {
            return bad_data();
        }
        o->len += n;
        pos += packed;
    }
    return 0;
}

static int unpack_lz4_frame(const uint8_t *in, size_t len, struct output *o)
{
    LZ4F_dctx *ctx;
    size_t r = LZ4F_createDecompressionContext(&ctx, LZ4F_VERSION);

    if (LZ4F_isError(r)) {
        errno = ENOMEM;
        return -1;
    }
    for (r = 1; r != 0 && !LZ4F_isError(r);) {
        size_t src = len, dst;

        if (output_room(o, 1 << 16) < 0) {
            LZ4F_freeDecompressionContext(ctx);
            return -1;
        }
        dst = o->cap - o->len;
        r = LZ4F_decompress(ctx, o->data + o->len, &dst, in, &src, NULL);
        in += src;
        len -= src;
        o->len += dst;
        if (!src && !dst) {
            break; /* no progress: the input ends early */
        }
    }
    LZ4F_freeDecompressionContext(ctx);
    return r == 0 ? 0 : bad_data();
}

static const struct format {
    const char *magic;
    size_t len;
    int (*unpack)(const uint8_t *in, size_t len, struct output *o);
} formats[] = {
    {"\x1f\x8b", 2, unpack_gzip},
    {"\xfd"
     "7zXZ\0",
     6, unpack_lzma},
    {"\x5d\0\0", 3, unpack_lzma},
    {"\x28\xb5\x2f\xfd", 4, unpack_zstd},
    {"\x02\x21\x4c\x18", 4, unpack_lz4_legacy},
    {"\x04\x22\x4d\x18", 4, unpack_lz4_frame},
    {"BZh", 3, unpack_bzip2},
};

static const struct format *format_of(const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
        if (size > formats[i].len && !memcmp(data, formats[i].magic, formats[i].len)) {
            return &formats[i];
        }
    }
    return NULL;
}

bool blob_is_packed(const uint8_t *data, size_t size)
{
    return format_of(data, size) != NULL;
}

int blob_unpack(struct blob *b, const uint8_t *data, size_t size)
{
    const struct format *f = format_of(data, size);
    struct output o = {.cap = 1 << 20};

    if (!f) {
        return bad_data();
    }
    while (o.cap < 4 * size && o.cap < OUTPUT_LIMIT) {
        o.cap *= 2;
    }
    o.data = malloc(o.cap);
    if (!o.data) {
        return -1;
    }
    if (f->unpack(data, size, &o) < 0) {
        int saved = errno;

        free(o.data);
        errno = saved;
        return -1;
    }
    blob_close(b);
    b->data = b->allocated = o.data;
    b->size = o.len;
    return 0;
}

int blob_open(struct blob *b, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    int saved;

    memset(b, 0, sizeof(*b));
    if (fd < 0) {
        return -1;
    }
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0) {
        void *p = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);

        if (p != MAP_FAILED) {
            b->data = b->mapped = p;
            b->size = b->mapped_size = st.st_size;
        }
    } else {
        errno = EINVAL;
    }
    saved = errno;
    close(fd);
    errno = saved;
    return b->data ? 0 : -1;
}

void blob_close(struct blob *b)
{
    if (b->mapped) {
        munmap(b->mapped, b->mapped_size);
    }
    free(b->allocated);
    memset(b, 0, sizeof(*b));
}
