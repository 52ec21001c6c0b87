#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""
Compares our public headers with the distribution's (libxen-dev), header by header.

Every structure is compared field by field (name, offset, size; nested ones by their own fields) in the debug
information that the compiler writes for each of the two; every constant is compared by its value.  Nothing is
expected by hand, but for what only this tree has: NEW below says what it must look like.
"""
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), '../../..'))
OURS = os.path.join(ROOT, 'xen/include/public')
THEIRS = '/usr/include/xen'
CC = ['gcc', '-std=gnu11', '-D__XEN_TOOLS__', '-D__XEN_INTERFACE_VERSION__=0x00040e00', '-include', 'stdint.h']

# Headers that are a part of another one and cannot be included alone.
PARTS = {'arch-x86/xen-x86_64.h': 'xen.h', 'arch-x86/hvm/save.h': 'hvm/save.h', 'arch-x86/xen.h': 'xen.h',
         'xen-compat.h': 'xen.h'}

# What the reference does not have.  Structures: size and offsets, from the description of the interface.
NEW = {
    'struct xen_memory_claim': (16, {'pages': 0, 'node': 8, 'pad': 12}),
    'struct xen_domctl_claim_memory': (16, {'claims': 0, 'nr_claims': 8, 'pad': 12}),
    'struct xen_domctl_runstate_info': (96, {'state': 0, 'missed_changes': 4, 'state_entry_time': 8, 'time': 16,
                                             'runnable': 64, 'running': 72, 'nonaffine': 80, 'sample_time': 88}),
    'struct xen_node_pages': (16, {'pages': 0, 'claimed': 8}),
    'struct xen_domctl_get_node_pages': (40, {'nodes': 0, 'num_nodes': 8, 'pad': 12, 'tot_pages': 16,
                                              'claimed_host': 24, 'outstanding_pages': 32}),
    'struct xen_node_claims': (24, {'size': 0, 'free': 8, 'claimed': 16}),
    'struct xen_sysctl_get_node_claims': (40, {'nodes': 0, 'num_nodes': 8, 'pad': 12, 'free_pages': 16,
                                               'claimed': 24, 'claimed_host': 32}),
    'XEN_DOMCTL_claim_memory': 91, 'XEN_DOMCTL_get_runstate_info': 98,
    'XEN_DOMCTL_get_node_pages': 2000, 'XEN_SYSCTL_get_node_claims': 2000,
    'XEN_DOMCTL_CLAIM_MEMORY_NO_NODE': 0xFFFFFFFF, 'XEN_DOMCTL_MAX_CLAIMS': 255,
    'DOMAIN_RUNSTATE_full_run': 0, 'DOMAIN_RUNSTATE_full_contention': 1, 'DOMAIN_RUNSTATE_concurrency_hazard': 2,
    'DOMAIN_RUNSTATE_blocked': 3, 'DOMAIN_RUNSTATE_partial_run': 4, 'DOMAIN_RUNSTATE_partial_contention': 5,
    'DOMAIN_RUNSTATE_COUNT': 6,
}
NEW_FIELDS = {'struct xen_domctl.u': {'claim_memory', 'domain_runstate', 'get_node_pages'},
              'struct xen_sysctl.u': {'get_node_claims'}}

# Macros with arguments, evaluated for these.
CALLS = {
    'memory.h': ['XENMEMF_address_bits(40)', 'XENMEMF_get_address_bits(0x328)', 'XENMEMF_node(3)',
                 'XENMEMF_get_node(0x400)', 'XENMEMF_exact_node(7)'],
    'domctl.h': ['XEN_DOMCTL_GRANT_version(0x12)'],
    'vcpu.h': ['xen_vcpu_physid_to_x86_apicid(0x500000003ULL)', 'xen_vcpu_physid_to_x86_acpiid(0x500000003ULL)'],
    'arch-x86/cpuid.h': ['XEN_CPUID_LEAF(2)'],
    'hvm/save.h': ['HVM_SAVE_%s(%s)' % (f, r) for f in ('CODE', 'LENGTH')
                   for r in ('END', 'HEADER', 'CPU', 'LAPIC', 'LAPIC_REGS', 'MTRR', 'TSC_ADJUST')],
    'io/console.h': ['MASK_XENCONS_IDX(1030, ((struct xencons_interface *)0)->in)'],
}


class Broken(Exception):
    """The test itself does not work: a compiler is missing, or a header does not compile."""


def run(args, **kw):
    r = subprocess.run(args, capture_output=True, text=True, **kw)
    if r.returncode:
        raise Broken('%s\n%s' % (' '.join(args), r.stderr))
    return r.stdout


def macros(base, header):
    """Object-like macros that the header and the parts of it define itself, without those that hold nothing."""
    names = {}
    files = [header] + [p for p, whole in PARTS.items() if whole == header]
    for f in files:
        with open(os.path.join(base, f)) as text:
            for m in re.finditer(r'^\s*#\s*define\s+(\w+)(\(?)[ \t]*(.*)', text.read(), re.M):
                if not m[2] and m[3].strip():
                    names[m[1]] = True
    return list(names)


def expansions(base, header, names):
    """What each macro expands to, None where it is not defined."""
    text = '#include "%s"\n' % os.path.join(base, header)
    for n in names:
        text += '#ifdef %s\n@@%s@@ %s\n#endif\n' % (n, n, '%s' % n)
    # The name between the marks must survive: spell it in a string.
    text = re.sub(r'@@(\w+)@@', r'"@@\1@@"', text)
    out = run(CC + ['-E', '-P', '-xc', '-'], input=text)
    found = dict.fromkeys(names)
    for m in re.finditer(r'^"@@(\w+)@@"\s*(.*(?:\n(?!").*)*)', out, re.M):
        found[m[1]] = ' '.join(m[2].split())
    return found


def values(base, header, expressions):
    """Integer values of the expressions, in a program that is compiled against the header."""
    lines = ''.join('    printf("%%llx\\n", (unsigned long long)(long long)(%s));\n' % e for e in expressions)
    text = '#include <stdio.h>\n#include "%s"\nint main(void)\n{\n%s    return 0;\n}\n' % (
        os.path.join(base, header), lines)
    with tempfile.TemporaryDirectory() as d:
        exe = os.path.join(d, 'values')
        run(CC + ['-w', '-xc', '-', '-o', exe], input=text)
        return [int(x, 16) for x in run([exe]).split()]


def is_number(text):
    """An arithmetic expression: nothing in it but digits, operators, casts to integers and sizeof."""
    words = set(re.findall(r'\b[A-Za-z_]\w*', text))
    return bool(text) and words <= {'sizeof', 'uint32_t', 'unsigned', 'long', 'int', 'xen_ulong_t', 'char'} | {
        w for w in words if w.startswith('xen_') and w.endswith('_t')}


class Debug:
    """Structures, unions and enumerators as the compiler laid them out."""

    def __init__(self, base, header):
        with tempfile.TemporaryDirectory() as d:
            obj = os.path.join(d, 'x.o')
            run(CC + ['-w', '-g', '-gdwarf-4', '-fno-eliminate-unused-debug-types', '-c', '-xc', '-', '-o', obj],
                input='#include "%s"\n' % os.path.join(base, header))
            dump = run(['readelf', '--debug-dump=info', '--wide', obj])
        self.die = {}
        self.types, self.enums = {}, {}
        stack = []
        for line in dump.splitlines():
            m = re.match(r'\s*<(\w+)><(\w+)>: Abbrev Number: \d+ \((\w+)\)', line)
            if m:
                depth = int(m[1], 16)
                node = {'tag': m[3][7:], 'kids': []}
                self.die[int(m[2], 16)] = node
                del stack[depth:]
                if stack:
                    stack[-1]['kids'].append(node)
                stack.append(node)
                continue
            m = re.match(r'\s*<\w+>\s+DW_AT_(\w+)\s*:\s*(.*)', line)
            if m and stack:
                # The form, and where a string is kept: "(strp) (offset: 0x12): name".
                v = re.sub(r'^\(\w+\) ', '', m[2].strip())
                stack[-1][m[1]] = re.sub(r'^\([^)]*offset: \w+\): ', '', v)
        for node in self.die.values():
            tag = {'structure_type': 'struct', 'union_type': 'union'}.get(node['tag'])
            if tag and 'name' in node and 'byte_size' in node:
                self.types['%s %s' % (tag, node['name'])] = node
            if node['tag'] == 'enumerator':
                self.enums[node['name']] = int(node['const_value'], 0)

    def type_of(self, node):
        m = re.match(r'<0x(\w+)>', node.get('type', ''))
        t = self.die[int(m[1], 16)] if m else None
        while t and t['tag'] in ('typedef', 'const_type', 'volatile_type'):
            m = re.match(r'<0x(\w+)>', t.get('type', ''))
            t = self.die[int(m[1], 16)] if m else None
        return t

    def size(self, t):
        if t is None:
            return 0
        if t['tag'] == 'array_type':
            n = self.size(self.type_of(t))
            for k in t['kids']:
                n *= int(k['upper_bound'], 0) + 1 if 'upper_bound' in k else int(k.get('count', '0'), 0)
            return n
        return int(t.get('byte_size', '0'), 0)

    def fields(self, node, prefix='', base=0):
        """{name: (offset, size, bit size)} of the members, those of nested anonymous types by their paths."""
        out = {}
        for k in node['kids']:
            if k['tag'] != 'member':
                continue
            offset = base + int(k.get('data_member_location', '0'), 0)
            t = self.type_of(k)
            name = prefix + k.get('name', '')
            if 'name' in k:
                bits = (k.get('bit_size'), k.get('bit_offset')) if 'bit_size' in k else None
                out[name] = (offset, self.size(t), bits)
            if t and t['tag'] in ('structure_type', 'union_type') and 'name' not in t:
                out.update(self.fields(t, name + '.' if 'name' in k else prefix, offset))
        return out


class Tally:
    passed = failed = 0

    def check(self, good, message):
        if good:
            self.passed += 1
        else:
            self.failed += 1
            print('  FAIL: ' + message)


def check_structures(tally, ours, theirs, own_names):
    for name, node in ours.types.items():
        if name not in own_names:
            continue
        mine = ours.fields(node)
        if name in NEW:
            size, offsets = NEW[name]
            tally.check(ours.size(node) == size and {f: v[0] for f, v in mine.items() if '.' not in f and f != 'p'}
                        == offsets, '%s: size %d, %s' % (name, ours.size(node), mine))
            continue
        if name not in theirs.types:
            tally.check(False, '%s is not in the reference' % name)
            continue
        other = theirs.fields(theirs.types[name])
        for f, where in mine.items():
            parent, _, leaf = ('%s.%s' % (name, f)).rpartition('.')
            if leaf in NEW_FIELDS.get(parent, ()):
                continue
            tally.check(other.get(f) == where, '%s.%s: %s, reference %s' % (name, f, where, other.get(f)))
        tally.check(ours.size(node) == theirs.size(theirs.types[name]), '%s: size %d, reference %d' % (
            name, ours.size(node), theirs.size(theirs.types[name])))


def check_constants(tally, header):
    names = macros(OURS, header)
    mine, other = expansions(OURS, header, names), expansions(THEIRS, header, names)
    to_value = []
    for n in names:
        if mine[n] is None:
            continue        # undefined again by the header itself
        if n in NEW:
            tally.check(values(OURS, header, [n]) == [NEW[n]], '%s is not %d' % (n, NEW[n]))
        elif other[n] is None:
            tally.check(False, '%s is not in the reference' % n)
        elif mine[n] == other[n]:
            tally.check(True, n)
        elif is_number(mine[n]) and is_number(other[n]):
            to_value.append(n)
        else:
            tally.check(False, '%s: "%s", reference "%s"' % (n, mine[n], other[n]))
    to_value += CALLS.get(header, [])
    for n, a, b in zip(to_value, values(OURS, header, to_value), values(THEIRS, header, to_value)):
        tally.check(a == b, '%s: %#x, reference %#x' % (n, a, b))


def own_structures(header):
    """Names of the structures that the header or its parts define, rather than include."""
    names = set()
    for f in [header] + [p for p, whole in PARTS.items() if whole == header]:
        with open(os.path.join(OURS, f)) as text:
            names |= {'%s %s' % m for m in re.findall(r'\b(struct|union)\s+(\w+)\s*{', text.read())}
    return names


def check_header(tally, header):
    before = tally.passed, tally.failed
    ours, theirs = Debug(OURS, header), Debug(THEIRS, header)
    check_structures(tally, ours, theirs, own_structures(header))
    for name, value in ours.enums.items():
        tally.check(theirs.enums.get(name) == value, 'enumerator %s: %d, reference %s' % (
            name, value, theirs.enums.get(name)))
    check_constants(tally, header)
    print('abi/%s: %d of %d facts agree' % (header, tally.passed - before[0],
                                             tally.passed + tally.failed - sum(before)))


def main():
    wanted = sys.argv[1] if len(sys.argv) > 1 else ''
    headers = sorted(os.path.relpath(os.path.join(d, f), OURS) for d, _, fs in os.walk(OURS) for f in fs)
    headers = [h for h in headers if h not in PARTS and wanted in ('', h, 'abi/' + h)]
    if not headers:
        raise Broken('no such header: ' + wanted)
    tally = Tally()
    for h in headers:
        check_header(tally, h)
    print('%d passed, %d failed' % (tally.passed, tally.failed))
    return 1 if tally.failed else 0


if __name__ == '__main__':
    try:
        sys.exit(main())
    except Broken as e:
        print('abi: the test itself is broken: %s' % e, file=sys.stderr)
        sys.exit(2)
