/* SPDX-License-Identifier: MIT
 *
 * ptx_head.c - the first two directives of a PTX text.
 */
#include "tools/softgpu/driver/ptx_head.h"

#include <stdlib.h>

#include "ptx-rewriter/ptx_lex.h"

#define FIRST_TOKENS                                                                               \
    16 /* .version 8.7 .target sm_90, texmode_independent, debug .address_size 64 */

/* "8.7" is lexed as a number with a fraction. */
static unsigned read_version(const char *text, const struct ptx_token *token)
{
    char *rest;
    unsigned long major = strtoul(text + token->offset, &rest, 10);
    unsigned long minor = *rest == '.' ? strtoul(rest + 1, NULL, 10) : 0;

    return major < 100 && minor < 10 ? (unsigned)(10 * major + minor) : 0;
}

static unsigned read_target(const char *text, const struct ptx_token *token)
{
    const char *name = text + token->offset;

    return token->length > 3 && name[0] == 's' && name[1] == 'm' && name[2] == '_'
               ? (unsigned)strtoul(name + 3, NULL, 10)
               : 0;
}

struct ptx_head ptx_head_read(const char *text, size_t size_bytes)
{
    struct ptx_head head = {0};
    struct ptx_token token, before = {0};
    struct ptx_error error;
    struct ptx_lexer lexer;

    if (ptx_lexer_init(&lexer, text, size_bytes, &error))
        return head;
    for (int i = 0; i < FIRST_TOKENS && !ptx_lexer_next(&lexer, &token, &error); i++) {
        if (i && ptx_token_is(text, &before, ".version") && !head.version) {
            head.version = read_version(text, &token);
            head.version_line = token.line;
        } else if (i && ptx_token_is(text, &before, ".target") && !head.target) {
            head.target = read_target(text, &token);
            head.target_line = token.line;
        }
        before = token;
    }
    return head;
}
