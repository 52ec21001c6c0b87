/* SPDX-License-Identifier: LGPL-2.1-only */
/* The JSON form of libxl's types, for programs that put it into documents of their own. */
#ifndef LIBXL_JSON_H
#define LIBXL_JSON_H

#include <yajl/yajl_gen.h>
#include <libxl.h>
#include <_libxl_types_json.h>

#endif /* LIBXL_JSON_H */
