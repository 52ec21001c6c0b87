// SPDX-License-Identifier: GPL-2.0-only
/*
 * The compression formats that kernels come in, told by their magic numbers (the kernel's own build
 * appends the unpacked size to all of them: that is the room that is given for the result, and what
 * has to come out).
 */
#include <lz4.h>
#include <lzma.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>
#include "unpack.h"

typedef size_t unpack_fn(const uint8_t *in, size_t in_size, uint8_t *out, size_t room);

static size_t unpack_xz(const uint8_t *in, size_t in_size, uint8_t *out, size_t room)
{
    lzma_stream s = LZMA_STREAM_INIT;
    lzma_ret rc = lzma_auto_decoder(&s, UINT64_MAX, 0);

    if (rc != LZMA_OK)
        fail("XZ: no memory to unpack with");
    s.next_in = in;
    s.avail_in = in_size;
    s.next_out = out;
    s.avail_out = room;
    do {
        rc = lzma_code(&s, LZMA_RUN);
    } while (rc == LZMA_OK && s.avail_out);
    if (rc == LZMA_MEM_ERROR)
        fail("XZ: no memory to unpack with");
    if (rc != LZMA_STREAM_END)
        fail("XZ: the data is damaged or does not end");
    return s.total_out;
}

static size_t unpack_gzip(const uint8_t *in, size_t in_size, uint8_t *out, size_t room)
{
    z_stream s = {
        .next_in = (uint8_t *)in, .avail_in = in_size, .next_out = out, .avail_out = room};

    if (inflateInit2(&s, 16 + MAX_WBITS) != Z_OK) /* 16: with a gzip header */
        fail("gzip: no memory to unpack with");
    if (inflate(&s, Z_FINISH) != Z_STREAM_END)
        fail("gzip: the data is damaged or does not end");
    return s.total_out;
}

static size_t unpack_zstd(const uint8_t *in, size_t in_size, uint8_t *out, size_t room)
{
    size_t frame = ZSTD_findFrameCompressedSize(in, in_size);
    size_t size = ZSTD_isError(frame) ? frame : ZSTD_decompress(out, room, in, frame);

    if (ZSTD_isError(size))
        fail("zstd: the data is damaged or does not end");
    return size;
}

/* The old frame format: after the magic number, blocks, each with its compressed size in front. The
 * last word is no block's: it is the appended size. */
static size_t unpack_lz4(const uint8_t *in, size_t in_size, uint8_t *out, size_t room)
{
    const uint8_t *end = in + in_size;
    size_t done = 0;

    for (in += 4; in + 4 < end;) {
        uint32_t size;
        int count;

        memcpy(&size, in, sizeof(size));
        in += 4;
        if (size > (size_t)(end - in))
            fail("LZ4: the data is damaged or does not end");
        count = LZ4_decompress_safe((const char *)in, (char *)out + done, size,
                                    room - done > INT32_MAX ? INT32_MAX : room - done);
        if (count < 0)
            fail("LZ4: the data is damaged or does not end");
        done += count;
        in += size;
    }
    return done;
}

struct format {
    uint8_t magic[6], length;
    unpack_fn *unpack;
};

static const struct format formats[] = {
    {{0xfd, '7', 'z', 'X', 'Z', 0}, 6, unpack_xz},
    {{0x5d, 0, 0}, 3, unpack_xz}, /* LZMA: liblzma tells them apart */
    {{0x1f, 0x8b}, 2, unpack_gzip},
    {{0x28, 0xb5, 0x2f, 0xfd}, 4, unpack_zstd},
    {{0x02, 0x21, 0x4c, 0x18}, 4, unpack_lz4},
};

size_t unpack(const void *payload, size_t size, void *output, size_t room, const void **result)
{
    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
        if (size > formats[i].length && !memcmp(payload, formats[i].magic, formats[i].length)) {
            if (formats[i].unpack(payload, size, output, room) != room)
                fail("it is not of the size that its image says");
            *result = output;
            return room;
        }
    *result = payload;
    return size;
}
