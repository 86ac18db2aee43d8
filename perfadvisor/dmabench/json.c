/* A JSON writer for one object on standard output. */
#include "dmabench.h"

#include <math.h>

static unsigned depth;
static bool more[16]; /* whether a member was written at this depth */

static void quoted(const char *text)
{
	putchar('"');
	for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
		if (*c == '"' || *c == '\\')
			printf("\\%c", *c);
		else if (*c < 0x20 || *c >= 0x7f) /* bytes of no known encoding: as Latin-1, so that it stays JSON */
			printf("\\u%04x", *c);
		else
			putchar(*c);
	}
	putchar('"');
}

static void member(const char *key)
{
	if (more[depth])
		putchar(',');
	more[depth] = true;
	if (depth)
		printf("\n%*s", (int)depth, "");
	if (key) {
		quoted(key);
		printf(": ");
	}
}

void json_open(const char *key, char bracket)
{
	member(key);
	putchar(bracket);
	more[++depth] = false;
}

void json_close(char bracket)
{
	depth--;
	putchar(bracket);
	if (!depth)
		putchar('\n');
}

void json_text(const char *key, const char *value)
{
	member(key);
	quoted(value);
}

void json_whole(const char *key, uint64_t value)
{
	member(key);
	printf("%llu", (unsigned long long)value);
}

void json_real(const char *key, double value)
{
	member(key);
	if (isfinite(value))
		printf("%.10g", value);
	else
		printf("null");
}

void json_bool(const char *key, bool value)
{
	member(key);
	printf(value ? "true" : "false");
}

void json_unmeasured(const struct reason *why)
{
	json_bool("measured", false);
	json_text("reason", why->text);
}
