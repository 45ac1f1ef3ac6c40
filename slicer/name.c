/* SPDX-License-Identifier: MIT
 *
 * name.c - see name.h. Recursive descent over the mangled text. Everything read is appended to one
 * output buffer and never changed again, so what a substitution or template parameter stands for is
 * a span of that buffer.
 */
#include "slicer/name.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define MAX_DEPTH 48
#define MAX_SPANS 64

struct span {
    size_t begin, end;
};

struct reader {
    const char *at;
    char out[4096];
    size_t n;
    unsigned depth;
    struct span substs[MAX_SPANS];
    size_t n_substs;
    struct span args[MAX_SPANS]; /* template arguments of the kernel itself */
    size_t n_args;
    struct span plain; /* the last identifier of the kernel's own name */
    bool is_template;  /* the kernel's name ends in template arguments */
};

static bool read_type(struct reader *r);
static bool read_template_args(struct reader *r, bool own);

static bool put_bytes(struct reader *r, const char *text, size_t n)
{
    if (n > sizeof(r->out) - r->n)
        return false;
    memmove(r->out + r->n, text, n);
    r->n += n;
    return true;
}

static bool put(struct reader *r, const char *text)
{
    return put_bytes(r, text, strlen(text));
}

static bool put_span(struct reader *r, struct span span)
{
    return put_bytes(r, r->out + span.begin, span.end - span.begin);
}

static bool add_subst(struct reader *r, size_t begin)
{
    if (r->n_substs == MAX_SPANS)
        return false;
    r->substs[r->n_substs++] = (struct span){begin, r->n};
    return true;
}

static bool take(struct reader *r, char c)
{
    if (*r->at != c)
        return false;
    r->at++;
    return true;
}

/* Template and block indices of "_", "0_", "1_" ... in the given base: 0, 1, 2 ... */
static bool read_index(struct reader *r, unsigned base, size_t *ret_index)
{
    size_t value = 0;
    if (take(r, '_')) {
        *ret_index = 0;
        return true;
    }
    for (; isdigit((unsigned char)*r->at) || isupper((unsigned char)*r->at); r->at++) {
        unsigned digit = isdigit((unsigned char)*r->at) ? (unsigned)(*r->at - '0')
                                                        : (unsigned)(*r->at - 'A') + 10;
        if (digit >= base || value > MAX_SPANS)
            return false;
        value = value * base + digit;
    }
    *ret_index = value + 1;
    return take(r, '_');
}

static bool read_identifier(struct reader *r, bool own)
{
    size_t n = 0;
    while (isdigit((unsigned char)*r->at) && n < sizeof(r->out))
        n = n * 10 + (size_t)(*r->at++ - '0');
    if (!n || strnlen(r->at, n) < n)
        return false;
    const char *text = r->at;
    r->at += n;
    size_t begin = r->n;
    bool anonymous = n >= 11 && !memcmp(text, "_GLOBAL__N_", 11);
    if (!(anonymous ? put(r, "(anonymous namespace)") : put_bytes(r, text, n)))
        return false;
    if (own)
        r->plain = (struct span){begin, r->n};
    return true;
}

/* S_ S0_ ..., and the standard library's abbreviations. "St" is only a prefix: the caller's. */
static bool read_subst(struct reader *r)
{
    static const struct {
        char letter;
        const char *text;
    } known[] = {
        {'a', "std::allocator"}, {'b', "std::basic_string"}, {'s', "std::string"},
        {'i', "std::istream"},   {'o', "std::ostream"},      {'d', "std::iostream"},
    };
    size_t index;

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (take(r, known[i].letter))
            return put(r, known[i].text);
    return read_index(r, 36, &index) && index < r->n_substs && put_span(r, r->substs[index]);
}

/* One part of a nested name; *ret_subst: it came from the table and is not to be added again. */
static bool read_part(struct reader *r, size_t begin, bool own, bool *ret_subst)
{
    *ret_subst = false;
    if (*r->at == 'I')
        return r->n > begin && read_template_args(r, own);
    if (r->n > begin) {
        if (!put(r, "::"))
            return false;
    } else if (take(r, 'S')) {
        *ret_subst = true;
        return take(r, 't') ? put(r, "std") : read_subst(r);
    } else if (take(r, 'T')) {
        size_t index;
        return read_index(r, 36, &index) && index < r->n_args && put_span(r, r->args[index]);
    }
    take(r, 'L');
    if (own)
        r->is_template = false;
    return read_identifier(r, own);
}

/* After 'N'. Every part but the last is a candidate for substitution; the last is if it names a
 * type, which is the caller's to add. */
static bool read_nested(struct reader *r, bool own)
{
    size_t begin = r->n;
    while (*r->at == 'K' || *r->at == 'V' || *r->at == 'r')
        r->at++;
    while (!take(r, 'E')) {
        bool is_subst;
        if (!read_part(r, begin, own, &is_subst))
            return false;
        if (*r->at != 'E' && !is_subst && !add_subst(r, begin))
            return false;
    }
    return r->n > begin;
}

static bool read_unscoped(struct reader *r, bool own)
{
    size_t begin = r->n;
    if (r->at[0] == 'S' && r->at[1] == 't') {
        r->at += 2;
        if (!put(r, "std::"))
            return false;
    }
    take(r, 'L');
    if (!read_identifier(r, own))
        return false;
    if (*r->at != 'I')
        return true;
    return add_subst(r, begin) && read_template_args(r, own);
}

/* After 'L': a constant as a template argument. */
static bool read_literal(struct reader *r)
{
    static const struct {
        char type;
        const char *before, *after;
    } forms[] = {
        {'i', "", ""},
        {'j', "", "u"},
        {'l', "", "l"},
        {'m', "", "ul"},
        {'x', "", "ll"},
        {'y', "", "ull"},
        {'c', "(char)", ""},
        {'a', "(signed char)", ""},
        {'h', "(unsigned char)", ""},
        {'s', "(short)", ""},
        {'t', "(unsigned short)", ""},
    };
    const char *after = "";

    if (r->at[0] == 'b' && (r->at[1] == '0' || r->at[1] == '1') && r->at[2] == 'E') {
        bool value = r->at[1] == '1';
        r->at += 3;
        return put(r, value ? "true" : "false");
    }
    size_t i = 0, n_forms = sizeof(forms) / sizeof(forms[0]);
    while (i < n_forms && forms[i].type != *r->at)
        i++;
    if (i < n_forms) {
        r->at++;
        after = forms[i].after;
        if (!put(r, forms[i].before))
            return false;
    } else if (!put(r, "(") || !read_type(r) || !put(r, ")")) {
        return false;
    }
    if (take(r, 'n') && !put(r, "-"))
        return false;
    const char *digits = r->at;
    while (isdigit((unsigned char)*r->at))
        r->at++;
    return put_bytes(r, digits, (size_t)(r->at - digits)) && put(r, after) && take(r, 'E');
}

static bool read_template_arg(struct reader *r)
{
    if (take(r, 'L'))
        return read_literal(r);
    if (!take(r, 'J'))
        return read_type(r);
    for (bool first = true; !take(r, 'E'); first = false)
        if ((!first && !put(r, ", ")) || !read_template_arg(r))
            return false;
    return true;
}

static bool read_template_args(struct reader *r, bool own)
{
    if (!take(r, 'I') || ++r->depth > MAX_DEPTH || !put(r, "<"))
        return false;
    struct span args[MAX_SPANS];
    size_t n_args = 0;
    while (!take(r, 'E')) {
        if (n_args == MAX_SPANS || (n_args && !put(r, ", ")))
            return false;
        size_t begin = r->n;
        if (!read_template_arg(r))
            return false;
        args[n_args++] = (struct span){begin, r->n};
    }
    if (own) {
        memcpy(r->args, args, n_args * sizeof(args[0]));
        r->n_args = n_args;
        r->is_template = true;
    }
    r->depth--;
    return put(r, r->out[r->n - 1] == '>' ? " >" : ">");
}

static const char *builtin_type(char letter)
{
    static const char *const names[26] = {
        ['v' - 'a'] = "void",        ['w' - 'a'] = "wchar_t",
        ['b' - 'a'] = "bool",        ['c' - 'a'] = "char",
        ['a' - 'a'] = "signed char", ['h' - 'a'] = "unsigned char",
        ['s' - 'a'] = "short",       ['t' - 'a'] = "unsigned short",
        ['i' - 'a'] = "int",         ['j' - 'a'] = "unsigned int",
        ['l' - 'a'] = "long",        ['m' - 'a'] = "unsigned long",
        ['x' - 'a'] = "long long",   ['y' - 'a'] = "unsigned long long",
        ['n' - 'a'] = "__int128",    ['o' - 'a'] = "unsigned __int128",
        ['f' - 'a'] = "float",       ['d' - 'a'] = "double",
        ['e' - 'a'] = "long double", ['g' - 'a'] = "__float128",
        ['z' - 'a'] = "...",
    };
    return letter >= 'a' && letter <= 'z' ? names[letter - 'a'] : NULL;
}

/* After 'D': the types with a second letter. */
static bool read_d_type(struct reader *r)
{
    if (!strncmp(r->at, "F16_", 4)) {
        r->at += 4;
        return put(r, "_Float16");
    }
    if (take(r, 'p'))
        return read_type(r);
    return take(r, 'n')   ? put(r, "decltype(nullptr)")
           : take(r, 'i') ? put(r, "char32_t")
           : take(r, 's') ? put(r, "char16_t")
           : take(r, 'u') ? put(r, "char8_t")
                          : false;
}

/* What follows the type it is about: "const", "*" ... NULL: no such letter. */
static const char *qualifier(char letter)
{
    return letter == 'P'   ? "*"
           : letter == 'R' ? "&"
           : letter == 'O' ? "&&"
           : letter == 'K' ? " const"
           : letter == 'V' ? " volatile"
           : letter == 'r' ? " __restrict__"
                           : NULL;
}

static bool read_named_type(struct reader *r)
{
    size_t begin = r->n;
    if (r->at[0] == 'S' && r->at[1] != 't') {
        r->at++;
        if (!read_subst(r))
            return false;
        return *r->at != 'I' || (read_template_args(r, false) && add_subst(r, begin));
    }
    if (take(r, 'T')) {
        size_t index;
        return read_index(r, 36, &index) && index < r->n_args && put_span(r, r->args[index]) &&
               add_subst(r, begin);
    }
    return (take(r, 'N') ? read_nested(r, false) : read_unscoped(r, false)) && add_subst(r, begin);
}

static bool read_type(struct reader *r)
{
    size_t begin = r->n;
    const char *text = qualifier(*r->at);
    bool ok;

    if (++r->depth > MAX_DEPTH)
        return false;
    if (text) {
        r->at++;
        ok = read_type(r) && put(r, text) && add_subst(r, begin);
    } else if ((text = builtin_type(*r->at))) {
        r->at++;
        ok = put(r, text);
    } else {
        ok = take(r, 'D') ? read_d_type(r) : read_named_type(r);
    }
    r->depth--;
    return ok;
}

/* The parameters, after the name; a template's return type comes before them and is dropped. */
static bool read_parameters(struct reader *r, struct span *ret_params)
{
    if (r->is_template && !read_type(r))
        return false;
    size_t begin = r->n;
    if (!put(r, "("))
        return false;
    if (!strcmp(r->at, "v"))
        r->at++;
    for (bool first = true; *r->at && *r->at != '.'; first = false)
        if ((!first && !put(r, ", ")) || !read_type(r))
            return false;
    *ret_params = (struct span){begin, r->n + 1};
    return put(r, ")");
}

static void copy(char *to, size_t to_bytes, const struct reader *r, struct span span)
{
    snprintf(to, to_bytes, "%.*s", (int)(span.end - span.begin), r->out + span.begin);
}

void kernel_name_read(const char *mangled, struct kernel_name *ret_name)
{
    struct reader reader, *r = &reader;
    struct span name, params;

    memset(r, 0, offsetof(struct reader, out));
    memset(&r->n, 0, sizeof(*r) - offsetof(struct reader, n));
    snprintf(ret_name->scoped, sizeof(ret_name->scoped), "%s", mangled);
    snprintf(ret_name->plain, sizeof(ret_name->plain), "%s", mangled);
    snprintf(ret_name->full, sizeof(ret_name->full), "%s", mangled);
    if (strncmp(mangled, "_Z", 2))
        return;
    ret_name->full[0] = '\0';
    r->at = mangled + 2;
    bool named = take(r, 'N') ? read_nested(r, true) : read_unscoped(r, true);
    if (r->plain.end)
        copy(ret_name->plain, sizeof(ret_name->plain), r, r->plain);
    if (!named)
        return;
    name = (struct span){0, r->n};
    copy(ret_name->scoped, sizeof(ret_name->scoped), r, name);
    if (!read_parameters(r, &params))
        return;
    snprintf(ret_name->full, sizeof(ret_name->full), "%.*s%.*s", (int)name.end, r->out,
             (int)(params.end - params.begin), r->out + params.begin);
}
