#ifndef FATAL_H
#define FATAL_H

#include <stddef.h>

/* Ends the process with one sentence on standard error. */
_Noreturn void fatal(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Memory full of zeros; never fails. */
void *allocate(size_t count, size_t size);

#endif
