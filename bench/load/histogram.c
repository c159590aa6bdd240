#include "histogram.h"

#include <stdio.h>

/* log2(SUB_BUCKETS) */
#define SUB_BITS 6

static int bucket_of(uint64_t value) {
  if (value < SUB_BUCKETS) return (int)value;
  int shift = 63 - __builtin_clzll(value) - SUB_BITS;
  int bucket = (shift + 1) * SUB_BUCKETS + (int)((value >> shift) - SUB_BUCKETS);
  return bucket < BUCKETS ? bucket : BUCKETS - 1;
}

/* The lower end of a bucket. */
static uint64_t value_of(int bucket) {
  if (bucket < SUB_BUCKETS) return (uint64_t)bucket;
  int shift = bucket / SUB_BUCKETS - 1;
  return ((uint64_t)(bucket % SUB_BUCKETS) + SUB_BUCKETS) << shift;
}

void histogram_add(struct histogram *histogram, int64_t nanoseconds) {
  if (nanoseconds < 0) nanoseconds = 0;
  histogram->counts[bucket_of((uint64_t)nanoseconds)]++;
  histogram->total++;
  if (nanoseconds > histogram->max) histogram->max = nanoseconds;
}

double histogram_quantile(const struct histogram *histogram, double share) {
  uint64_t wanted = (uint64_t)(share * (double)histogram->total);
  uint64_t seen = 0;
  for (int bucket = 0; bucket < BUCKETS; bucket++) {
    seen += histogram->counts[bucket];
    if (seen > wanted) return (double)value_of(bucket) / 1000;
  }
  return (double)histogram->max / 1000;
}

void histogram_print(const struct histogram *histogram, const char *name) {
  printf("\"%s\":{\"p50\":%.1f,\"p99\":%.1f,\"max\":%.1f}", name, histogram_quantile(histogram, 0.5),
         histogram_quantile(histogram, 0.99), (double)histogram->max / 1000);
}
