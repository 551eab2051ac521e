// Header-only C that needs nothing installed: what Swift cannot say to the processor.
#ifndef FERRY_CSHIMS_H
#define FERRY_CSHIMS_H

/// Asks for the cache line at `address` to be read into all cache levels. Any address is allowed.
static inline __attribute__((always_inline)) void ferry_prefetch(const void *address) {
  __builtin_prefetch(address, 0, 3);
}

#endif
