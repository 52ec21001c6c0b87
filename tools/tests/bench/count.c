/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A plugin for QEMU's emulator: counts the instructions executed in all, those at addresses of the hypervisor, and
 * how often one of them (that of VMRUN) is.  Arguments: out=FILE, first=, last=, entry= in hexadecimal.  The file gets
 * a line with the three counts whenever the instruction of mark.S is executed, and one at the end.  The interface is
 * declared in QEMU's documentation (docs/devel/tcg-plugins); Debian ships no header.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint64_t plugin_id;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_info;
enum { INLINE_ADD_U64 = 0 };
enum { CALLBACK_NO_REGS = 0 };

void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id, void (*cb)(plugin_id, struct qemu_plugin_tb *));
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *insn, int op, void *counter, uint64_t n);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn, void (*cb)(unsigned int, void *), int flags,
                                            void *data);
void qemu_plugin_register_atexit_cb(plugin_id id, void (*cb)(plugin_id, void *), void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t i);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
int qemu_plugin_install(plugin_id id, const struct qemu_info *info, int argc, char **argv);

int qemu_plugin_version = 1;

static uint64_t first, last, entry;
static uint64_t all, own, entries;
static FILE *out;

/* nopl 0x5eed0000(%rax) */
static const uint8_t marker[] = {0x0f, 0x1f, 0x80, 0x00, 0x00, 0xed, 0x5e};

static void write_counts(void)
{
    fprintf(out, "%" PRIu64 " %" PRIu64 " %" PRIu64 "\n", all, own, entries);
    fflush(out);
}

static void marked(unsigned int cpu, void *data)
{
    (void)cpu;
    (void)data;
    write_counts();
}

static bool is_marker(const struct qemu_plugin_insn *insn)
{
    return qemu_plugin_insn_size(insn) == sizeof(marker) &&
           !memcmp(qemu_plugin_insn_data(insn), marker, sizeof(marker));
}

static void block_translated(plugin_id id, struct qemu_plugin_tb *tb)
{
    (void)id;
    for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
        uint64_t at = qemu_plugin_insn_vaddr(insn);

        qemu_plugin_register_vcpu_insn_exec_inline(insn, INLINE_ADD_U64, &all, 1);
        if (at >= first && at < last)
            qemu_plugin_register_vcpu_insn_exec_inline(insn, INLINE_ADD_U64, &own, 1);
        if (at == entry)
            qemu_plugin_register_vcpu_insn_exec_inline(insn, INLINE_ADD_U64, &entries, 1);
        if (is_marker(insn))
            qemu_plugin_register_vcpu_insn_exec_cb(insn, marked, CALLBACK_NO_REGS, NULL);
    }
}

static void finished(plugin_id id, void *data)
{
    (void)id;
    (void)data;
    write_counts();
    fclose(out);
}

static const char *value_of(const char *arg, const char *key)
{
    size_t length = strlen(key);

    return strncmp(arg, key, length) || arg[length] != '=' ? NULL : arg + length + 1;
}

int qemu_plugin_install(plugin_id id, const struct qemu_info *info, int argc, char **argv)
{
    const char *value;

    (void)info;
    for (int i = 0; i < argc; i++) {
        if ((value = value_of(argv[i], "first")) != NULL)
            first = strtoull(value, NULL, 16);
        else if ((value = value_of(argv[i], "last")) != NULL)
            last = strtoull(value, NULL, 16);
        else if ((value = value_of(argv[i], "entry")) != NULL)
            entry = strtoull(value, NULL, 16);
        else if ((value = value_of(argv[i], "out")) != NULL)
            out = fopen(value, "w");
    }
    if (!out)
        return -1;
    qemu_plugin_register_vcpu_tb_trans_cb(id, block_translated);
    qemu_plugin_register_atexit_cb(id, finished, NULL);
    return 0;
}
