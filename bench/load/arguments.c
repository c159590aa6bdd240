#include "arguments.h"

#include <stdlib.h>
#include <string.h>

#include "fatal.h"

static const char *find(const struct arguments *arguments, const char *name) {
  for (int index = 0; index + 1 < arguments->count; index += 2) {
    if (strcmp(arguments->values[index], name) == 0) return arguments->values[index + 1];
  }
  return NULL;
}

const char *text_argument(const struct arguments *arguments, const char *name, const char *fallback) {
  const char *value = find(arguments, name);
  if (value == NULL) value = fallback;
  if (value == NULL) fatal("%s is missing", name);
  return value;
}

long number_argument(const struct arguments *arguments, const char *name, long fallback) {
  const char *value = find(arguments, name);
  if (value == NULL && fallback < 0) fatal("%s is missing", name);
  if (value == NULL) return fallback;
  char *end;
  long number = strtol(value, &end, 10);
  if (*value == '\0' || *end != '\0' || number < 0) fatal("%s %s: not a number", name, value);
  return number;
}
