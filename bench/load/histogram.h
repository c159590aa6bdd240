#ifndef HISTOGRAM_H
#define HISTOGRAM_H

#include <stdint.h>

/* Counts of durations in buckets that are 1.6 % wide, from 1 ns to 18 minutes. */
#define SUB_BUCKETS 64
#define BUCKETS (SUB_BUCKETS * 36)

struct histogram {
  uint64_t counts[BUCKETS];
  uint64_t total;
  int64_t max;
};

void histogram_add(struct histogram *histogram, int64_t nanoseconds);

/* The duration, in microseconds, that this share (0 to 1) of all is not above; 0 when there is none. */
double histogram_quantile(const struct histogram *histogram, double share);

/* Prints `"NAME":{"p50":...,"p99":...,"max":...}` in microseconds, without a comma around it. */
void histogram_print(const struct histogram *histogram, const char *name);

#endif
