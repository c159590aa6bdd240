#include "tally.h"

#define WINDOW 64

bool tally_take(struct tally *tally, uint32_t sequence, struct faults *faults) {
  if (sequence >= tally->next) {
    uint32_t skipped = sequence - tally->next;
    faults->lost += skipped;
    tally->seen = skipped + 1 >= WINDOW ? 1 : tally->seen << (skipped + 1) | 1;
    tally->next = sequence + 1;
    return true;
  }
  uint32_t behind = tally->next - 1 - sequence;
  if (behind >= WINDOW || (tally->seen >> behind & 1) != 0) {
    faults->repeated++;
    return false;
  }
  tally->seen |= 1ULL << behind;
  faults->reordered++;
  faults->lost--;
  return true;
}

void tally_end(const struct tally *tally, uint32_t expected, struct faults *faults) {
  if (tally->next < expected) faults->lost += expected - tally->next;
}
