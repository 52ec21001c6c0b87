/* SPDX-License-Identifier: GPL-2.0-only */
/* The facts of version.h, as the build tells them (xen/Makefile): the one file to change with every
 * commit. */
#include <xen/version.h>

const unsigned int xen_version_number = BUILD_VERSION << 16 | BUILD_SUBVERSION;
const char xen_extraversion[] = BUILD_EXTRAVERSION;
const char xen_changeset[] = BUILD_CHANGESET;
const char xen_compiler[] = "gcc " __VERSION__;
const char xen_compile_by[] = "stake";
const char xen_compile_domain[] = "";
const char xen_compile_date[] = BUILD_DATE;
