/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Loaded into QEMU (LD_PRELOAD) before it starts: without this, a host with several CPUs dies of a triple fault now
 * and then under TCG with a thread for each CPU.
 *
 * When any CPU loads FPU state (FXRSTOR, XRSTOR, FLDENV) without a pending error, QEMU 7.2 calls cpu_clear_ignne(),
 * which clears one bit of hflags2 in the first CPU's state: a read, an AND and a write, without a lock, from another
 * thread than that CPU's.  Where the first CPU has cleared another bit in between, that bit comes back:
 *
 *      CPU 0: #VMEXIT                          CPU 1: FXRSTOR
 *                                              read hflags2 (in a guest, nested paging)
 *      nested paging off
 *                                              write hflags2 (nested paging on again)
 *      load the hypervisor's registers
 *      fetch the next instruction through the guest's nested tables: #PF, #DF, triple fault
 *
 * GIF and the virtual interrupt's mask can be lost in the same way.  The bit that it means to clear belongs to the
 * error line of the 8087's time (port F0h), which nothing here uses: the function returns at once instead.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#define RET 0xc3

__attribute__((constructor)) static void leave_hflags2_alone(void)
{
    uint8_t *code = dlsym(RTLD_DEFAULT, "cpu_clear_ignne");
    uintptr_t size = sysconf(_SC_PAGESIZE), page = (uintptr_t)code & ~(size - 1);

    if (!code) /* another program, or a QEMU that does not export it */
        return;
    if (mprotect((void *)page, size, PROT_READ | PROT_WRITE | PROT_EXEC)) {
        perror("emulator.so: cpu_clear_ignne cannot be changed");
        return;
    }
    *code = RET;
    mprotect((void *)page, size, PROT_READ | PROT_EXEC);
}
