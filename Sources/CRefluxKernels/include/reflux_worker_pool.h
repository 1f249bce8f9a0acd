/// A pool of threads for short parallel loops: a fork and join costs well under a microsecond while the workers spin.
#pragma once
#include <stdint.h>

typedef struct reflux_worker_pool reflux_worker_pool;

/// `chunk` counts from 0; `worker` is below the pool's thread count, and 0 is the caller.
typedef void (*reflux_chunk_function)(void *_Nullable context, int32_t chunk, int32_t worker);

/// A pool of `threads` threads, the caller's included. Returns null if the system gives no more threads.
reflux_worker_pool *_Nullable reflux_worker_pool_create(int32_t threads);
/// Ends the threads. No run may be going on.
void reflux_worker_pool_destroy(reflux_worker_pool *_Nonnull pool);

/// Runs `function` once for every chunk in 0 ..< `chunks` and returns when all are done.
///
/// Chunks are claimed one at a time, so a thread that the system holds up delays no more than its own chunk. Calls from
/// several threads take turns. A chunk must not call back into the same pool.
void reflux_worker_pool_run(reflux_worker_pool *_Nonnull pool, reflux_chunk_function _Nonnull function,
                            void *_Nullable context, int32_t chunks);
