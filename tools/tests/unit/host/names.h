/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Included before everything that is compiled as part of the hypervisor: its own library functions
 * get names of their own, beside the C library's that the test programs use underneath.
 */
#define memset    xen_memset
#define memcpy    xen_memcpy
#define memmove   xen_memmove
#define memcmp    xen_memcmp
#define memchr    xen_memchr
#define strlen    xen_strlen
#define strnlen   xen_strnlen
#define strcmp    xen_strcmp
#define strncmp   xen_strncmp
#define strchr    xen_strchr
#define strstr    xen_strstr
#define snprintf  xen_snprintf
#define vsnprintf xen_vsnprintf
