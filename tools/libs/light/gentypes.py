#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-only
"""gentypes.py types.idl OUTDIR: writes _libxl_types.h, _libxl_types_json.h and _libxl_types.c.

The header holds structures and prototypes.  The C file holds one descriptor per type (see type.h)
and one-line functions that hand the descriptor to the generic code in type.c and json.c.
"""
import re
import sys

# Types that C already knows: the name in the description -> the C type and its descriptor.
BUILTIN = {
    'bool': 'bool', 'int': 'int',
    'uint8': 'uint8_t', 'uint16': 'uint16_t', 'uint32': 'uint32_t', 'uint64': 'uint64_t',
    'string': 'char *', 'uuid': 'libxl_uuid', 'mac': 'libxl_mac', 'domid': 'libxl_domid',
    'devid': 'libxl_devid', 'bitmap': 'libxl_bitmap', 'defbool': 'libxl_defbool',
    'hwcap': 'libxl_hwcap', 'string_list': 'libxl_string_list',
    'key_value_list': 'libxl_key_value_list', 'link': 'libxl_ev_link',
}
NOTE = '/* SPDX-License-Identifier: LGPL-2.1-only */\n/* Made by gentypes.py from types.idl. */\n'


class Type:
    def __init__(self, kind, name, listed):
        self.kind, self.name, self.listed, self.members = kind, name, listed, []

    def __iter__(self):
        return iter((self.kind, self.name, self.members))


class Member:
    def __init__(self, name, ctype, array, initial):
        self.name, self.type, self.array, self.initial = name, ctype, array, initial

    @property
    def count(self):
        """The member that counts the elements: num_x beside x."""
        head, dot, last = self.name.rpartition('.')
        return head + dot + 'num_' + last


def parse(path):
    """The description as types, each (kind, name, members), in order; stops at the first line it cannot read."""
    types = []
    for number, line in enumerate(open(path), 1):
        text = line.split('#')[0].rstrip()
        if not text:
            continue
        opening = re.fullmatch(r'(enum|struct) (\w+)( list)?', text)
        value = re.fullmatch(r'\s+(\w+) (-?\d+)', text)
        member = re.fullmatch(r'\s+([\w.]+) (\w+)(\[\])?(?: = (\S+))?', text)
        if opening:
            types.append(Type(opening[1], opening[2], bool(opening[3])))
        elif types and types[-1].kind == 'enum' and value:
            types[-1].members.append((value[1], int(value[2])))
        elif types and types[-1].kind == 'struct' and member:
            types[-1].members.append(Member(member[1], member[2], bool(member[3]), member[4] or '0'))
        else:
            sys.exit(f'{path}:{number}: cannot read: {line.strip()}')
    return types


def ctype(name):
    return BUILTIN.get(name, f'libxl_{name}')


def declare(members, depth=0, prefix=''):
    """C member declarations; members of one nested structure stand together."""
    pad, out, done = '    ' * (depth + 1), [], set()
    for m in members:
        rest = m.name[len(prefix):]
        if '.' not in rest:
            if m.array:
                out.append(f'{pad}int num_{rest};')
            star = '*' if m.array else ''
            out.append(f'{pad}{ctype(m.type)} {star}{rest};'.replace('* ', '*'))
            continue
        head = rest.split('.')[0]
        if head not in done:
            done.add(head)
            inner = [i for i in members if i.name.startswith(f'{prefix}{head}.')]
            out += [f'{pad}struct {{', *declare(inner, depth + 1, f'{prefix}{head}.'), f'{pad}}} {head};']
    return out


def header(types):
    yield NOTE + '#ifndef LIBXL_TYPES_H\n#define LIBXL_TYPES_H\n'
    for t in types:
        kind, name, members = t
        full = f'libxl_{name}'
        if kind == 'enum':
            yield f'typedef enum {full} {{'
            yield from (f'    {full.upper()}_{v.upper()} = {n},' for v, n in members)
            yield f'}} {full};'
            yield f'const char *{full}_to_string({full} e);'
            yield f'int {full}_from_string(const char *s, {full} *e);\n'
        else:
            yield f'typedef struct {full} {{'
            yield from declare(members)
            yield f'}} {full};'
            yield f'void {full}_init({full} *p);'
            yield f'void {full}_dispose({full} *p);'
            yield f'void {full}_copy(libxl_ctx *ctx, {full} *dst, const {full} *src);'
            yield f'char *{full}_to_json(libxl_ctx *ctx, {full} *p);'
            yield f'int {full}_from_json(libxl_ctx *ctx, {full} *p, const char *s);'
            yield f'void {full}_list_free({full} *list, int nr);\n' if t.listed else ''
    yield '#endif'


def json_header(types):
    yield NOTE + '#ifndef LIBXL_TYPES_JSON_H\n#define LIBXL_TYPES_JSON_H\n'
    for kind, name, _ in types:
        arg = f'libxl_{name} e' if kind == 'enum' else f'libxl_{name} *p'
        yield f'yajl_gen_status libxl_{name}_gen_json(yajl_gen hand, {arg});'
    yield '\n#endif'


def source(types):
    yield NOTE + '#include "internal.h"\n#include "type.h"\n#include <libxl_json.h>\n'
    for t in types:
        kind, name, members = t
        yield from enum_source(name, members) if kind == 'enum' else struct_source(name, members)
        if t.listed:
            yield (f'void libxl_{name}_list_free(libxl_{name} *list, int nr)\n{{\n'
                   f'    type_list_free(&type_{name}, list, nr);\n}}\n')
    names = [n for kind, n, _ in types if kind == 'struct']
    yield 'const struct type *const type_all[] = {'
    yield from (f'    &type_{n},' for n in names)
    yield '    NULL,\n};'


def enum_source(name, values):
    full = f'libxl_{name}'
    yield f'static const struct enum_name {name}_names[] = {{'
    yield from (f'    {{{n}, "{v}"}},' for v, n in values)
    yield '    {0, NULL},\n};'
    yield f'const struct type type_{name} = {{"{full}", sizeof({full}), &type_ops_enum, NULL, {name}_names}};'
    yield f'const char *{full}_to_string({full} e)\n{{\n    return enum_to_string({name}_names, e);\n}}'
    yield (f'int {full}_from_string(const char *s, {full} *e)\n{{\n    int value, rc = '
           f'enum_from_string({name}_names, s, &value);\n\n    if (!rc)\n        *e = value;\n    return rc;\n}}')
    yield (f'yajl_gen_status {full}_gen_json(yajl_gen hand, {full} e)\n{{\n'
           f'    return json_gen(&type_{name}, hand, &e);\n}}\n')


def struct_source(name, members):
    full = f'libxl_{name}'
    yield f'static const struct field {name}_fields[] = {{'
    for m in members:
        count = f'offsetof({full}, {m.count})' if m.array else 'FIELD_SINGLE'
        initial = f'(int64_t){m.initial}'
        yield f'    {{"{m.name}", &type_{m.type}, offsetof({full}, {m.name}), {count}, {initial}}},'
    yield '    {NULL},\n};'
    yield f'const struct type type_{name} = {{"{full}", sizeof({full}), &type_ops_struct, {name}_fields}};'
    yield f'void {full}_init({full} *p)\n{{\n    type_init(&type_{name}, p);\n}}'
    yield f'void {full}_dispose({full} *p)\n{{\n    type_dispose(&type_{name}, p);\n}}'
    yield (f'void {full}_copy(libxl_ctx *ctx, {full} *dst, const {full} *src)\n{{\n'
           f'    type_copy(&type_{name}, dst, src);\n}}')
    yield f'char *{full}_to_json(libxl_ctx *ctx, {full} *p)\n{{\n    return json_from_type(&type_{name}, p);\n}}'
    yield (f'int {full}_from_json(libxl_ctx *ctx, {full} *p, const char *s)\n{{\n'
           f'    return json_to_type(ctx, &type_{name}, p, s);\n}}')
    yield (f'yajl_gen_status {full}_gen_json(yajl_gen hand, {full} *p)\n{{\n'
           f'    return json_gen(&type_{name}, hand, p);\n}}\n')


def main():
    types, out = parse(sys.argv[1]), sys.argv[2]
    known = set(BUILTIN) | {name for _, name, _ in types}
    for kind, name, members in types:
        for m in members if kind == 'struct' else []:
            if m.type not in known:
                sys.exit(f'{sys.argv[1]}: {name}.{m.name}: no type called {m.type}')
    for file, lines in (('_libxl_types.h', header), ('_libxl_types_json.h', json_header),
                        ('_libxl_types.c', source)):
        with open(f'{out}/{file}', 'w') as f:
            f.write('\n'.join(lines(types)) + '\n')


main()
