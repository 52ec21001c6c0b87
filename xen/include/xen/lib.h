/* SPDX-License-Identifier: GPL-2.0-only */
/* Small arithmetic everybody needs. */
#ifndef XEN_LIB_H
#define XEN_LIB_H

#include <xen/bug.h>
#include <xen/compiler.h>
#include <xen/types.h>

#define ARRAY_SIZE(a)      (sizeof(a) / sizeof((a)[0]))
#define min(a, b)          ({ typeof(a) a_ = (a); typeof(b) b_ = (b); a_ < b_ ? a_ : b_; })
#define max(a, b)          ({ typeof(a) a_ = (a); typeof(b) b_ = (b); a_ > b_ ? a_ : b_; })
#define DIV_ROUND_UP(n, d) (((n) + (d) - 1) / (d))
#define ROUNDUP(x, a)      (((x) + (a) - 1) & ~((typeof(x))(a) - 1))
#define ROUNDDOWN(x, a)    ((x) & ~((typeof(x))(a) - 1))
#define IS_ALIGNED(x, a)   (((x) & ((typeof(x))(a) - 1)) == 0)
#define KB(n)              ((uint64_t)(n) << 10)
#define MB(n)              ((uint64_t)(n) << 20)
#define GB(n)              ((uint64_t)(n) << 30)

/* Numbers in text, base 0 (0x, 0, decimal).  *end is the first character not used. */
uint64_t str_to_u64(const char *s, const char **end, unsigned int base);
/* As above with a K, M, G or T suffix; a number without suffix is in KiB, as Xen's command line has it. Bytes. */
uint64_t str_to_size(const char *s, const char **end);
int snprintf(char *buf, size_t size, const char *fmt, ...) printf_like(3, 4);
int vsnprintf(char *buf, size_t size, const char *fmt, __builtin_va_list args) printf_like(3, 0);

#endif
