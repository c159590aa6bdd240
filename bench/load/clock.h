#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>

#define NS_PER_SECOND 1000000000LL

/* Nanoseconds of CLOCK_MONOTONIC, which all processes of the machine share. */
int64_t now_ns(void);

/* Seconds of CPU that this process has taken. */
double cpu_seconds(void);

#endif
