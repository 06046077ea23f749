// Counts what a thread of this program allocates, by standing in for the C library's allocator.
#ifndef OFFLOADSIM_CALLOCATIONS_H
#define OFFLOADSIM_CALLOCATIONS_H

/// How often the calling thread has allocated memory so far; -1 where that cannot be counted.
long ca_allocations(void);

#endif
