/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ASSERT speaks to developers and vanishes from release builds; BUG ends the machine, and stands only
 * where going on would leak or corrupt.  A guest's input is never a reason for either.
 */
#ifndef XEN_BUG_H
#define XEN_BUG_H

#include <xen/compiler.h>

/* Prints `what` with its place, registers and backtrace, then stops the machine. */
void bug_at(const char *what, const char *file, int line) noreturn_fn;

#define BUG()          bug_at("BUG", __FILE__, __LINE__)
#define BUG_ON(p)      do { if (unlikely(p)) bug_at("BUG_ON(" #p ")", __FILE__, __LINE__); } while (0)
#define BUILD_BUG_ON(p) _Static_assert(!(p), "BUILD_BUG_ON(" #p ")")

#ifdef NDEBUG
#define ASSERT(p)            do { if (0 && (p)) { } } while (0)
#define ASSERT_UNREACHABLE() do { } while (0)
#else
#define ASSERT(p)            do { if (unlikely(!(p))) bug_at("ASSERT(" #p ")", __FILE__, __LINE__); } while (0)
#define ASSERT_UNREACHABLE() bug_at("unreachable", __FILE__, __LINE__)
#endif

#endif
