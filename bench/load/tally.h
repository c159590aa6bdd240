#ifndef TALLY_H
#define TALLY_H

#include <stdbool.h>
#include <stdint.h>

/* What went wrong on all subscribers together. */
struct faults {
  uint64_t lost;
  uint64_t repeated;
  uint64_t reordered;
};

/* What one subscriber has seen of a run: the next number it waits for, and a bit for each of the 64 before. */
struct tally {
  uint32_t next;
  uint64_t seen;
};

/*
 * Takes a received number into account. A gap counts as lost until what is missing comes late; then it counts as reordered.
 * False for a number that has come before.
 */
bool tally_take(struct tally *tally, uint32_t sequence, struct faults *faults);

/* Counts what of `expected` messages never came. */
void tally_end(const struct tally *tally, uint32_t expected, struct faults *faults);

#endif
