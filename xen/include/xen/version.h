/* SPDX-License-Identifier: GPL-2.0-only */
/* What was built, from what, by what. */
#ifndef XEN_VERSION_H
#define XEN_VERSION_H

extern const unsigned int xen_version_number; /* major << 16 | minor */
extern const char xen_extraversion[], xen_changeset[];
extern const char xen_compiler[], xen_compile_by[], xen_compile_domain[], xen_compile_date[];

#endif
