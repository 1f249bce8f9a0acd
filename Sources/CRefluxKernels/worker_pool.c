#define _GNU_SOURCE
#include "reflux_worker_pool.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#if defined(__linux__)
#include <linux/futex.h>
#include <sys/syscall.h>
#endif
#include <unistd.h>

/// How often a waiting thread looks before it sleeps: some tens of microseconds.
enum { SPINS = 4000 };

/// What each word is for, so that no two threads write the same cache line without need.
#define OWN_LINE _Alignas(64)

struct reflux_worker_pool {
  /// The job's number in the high half, the unclaimed chunks in the low half. A claim is one compare-and-swap, and a
  /// worker that comes late can never take a chunk of a newer job, since the number is in the same word.
  OWN_LINE _Atomic uint64_t unclaimed;
  /// The current job's number; workers wait for it to change.
  OWN_LINE _Atomic uint32_t job;
  /// Chunks not finished yet; the caller waits for 0.
  OWN_LINE _Atomic uint32_t unfinished;
  _Atomic uint32_t sleeping_workers, caller_sleeps, is_ending;

  // Written by the caller before a job begins, read by those who have claimed a chunk of it.
  OWN_LINE reflux_chunk_function function;
  void *context;
  uint32_t chunks;

  int32_t threads;
  pthread_mutex_t turn;
  struct worker {
    reflux_worker_pool *pool;
    int32_t number;
    pthread_t thread;
  } *workers;
};

static inline void pause_briefly(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

/// Sleeps while `*word` is `value`; may return early.
static void sleep_while(_Atomic uint32_t *word, uint32_t value) {
#if defined(__linux__)
  syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
#else
  if (atomic_load(word) == value) sched_yield();
#endif
}
static void wake(_Atomic uint32_t *word, int32_t count) {
#if defined(__linux__)
  syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, count, NULL, NULL, 0);
#else
  (void)word, (void)count;
#endif
}

/// Works on job number `job` until no chunk of it is unclaimed.
static void work(reflux_worker_pool *pool, uint32_t job, int32_t worker) {
  uint64_t state = atomic_load_explicit(&pool->unclaimed, memory_order_acquire);
  while ((uint32_t)(state >> 32) == job && (uint32_t)state > 0) {
    if (!atomic_compare_exchange_weak_explicit(&pool->unclaimed, &state, state - 1, memory_order_acq_rel,
                                               memory_order_acquire))
      continue;
    // The caller waits for this chunk, so the job cannot change under us.
    pool->function(pool->context, (int32_t)(pool->chunks - (uint32_t)state), worker);
    if (atomic_fetch_sub(&pool->unfinished, 1) == 1 && atomic_load(&pool->caller_sleeps)) wake(&pool->unfinished, 1);
    state = atomic_load_explicit(&pool->unclaimed, memory_order_acquire);
  }
}

static void *run_worker(void *argument) {
  struct worker *self = argument;
  reflux_worker_pool *pool = self->pool;
  uint32_t seen = 0;
  for (;;) {
    uint32_t job;
    for (int32_t spins = 0; (job = atomic_load(&pool->job)) == seen; spins++) {
      if (spins < SPINS) {
        pause_briefly();
      } else {
        // The order matters: announce the sleep, then let the kernel compare the word once more.
        atomic_fetch_add(&pool->sleeping_workers, 1);
        sleep_while(&pool->job, seen);
        atomic_fetch_sub(&pool->sleeping_workers, 1);
      }
    }
    if (atomic_load(&pool->is_ending)) return NULL;
    seen = job;
    work(pool, job, self->number);
  }
}

/// Ends and collects the first `count` workers.
static void end_workers(reflux_worker_pool *pool, int32_t count) {
  atomic_store(&pool->is_ending, 1);
  atomic_fetch_add(&pool->job, 1);
  wake(&pool->job, INT32_MAX);
  for (int32_t i = 0; i < count; i++) pthread_join(pool->workers[i].thread, NULL);
}

static void release(reflux_worker_pool *pool) {
  pthread_mutex_destroy(&pool->turn);
  free(pool->workers);
  free(pool);
}

reflux_worker_pool *reflux_worker_pool_create(int32_t threads) {
  if (threads < 1) threads = 1;
  reflux_worker_pool *pool = aligned_alloc(64, (sizeof(reflux_worker_pool) + 63) / 64 * 64);
  if (!pool) return NULL;
  *pool = (reflux_worker_pool){.threads = threads};
  pthread_mutex_init(&pool->turn, NULL);
  pool->workers = calloc((size_t)threads, sizeof(struct worker));
  if (!pool->workers) {
    release(pool);
    return NULL;
  }
  for (int32_t i = 0; i + 1 < threads; i++) {
    pool->workers[i] = (struct worker){.pool = pool, .number = i + 1};
    if (pthread_create(&pool->workers[i].thread, NULL, run_worker, &pool->workers[i]) != 0) {
      end_workers(pool, i);
      release(pool);
      return NULL;
    }
  }
  return pool;
}

void reflux_worker_pool_destroy(reflux_worker_pool *pool) {
  end_workers(pool, pool->threads - 1);
  release(pool);
}

void reflux_worker_pool_run(reflux_worker_pool *pool, reflux_chunk_function function, void *context, int32_t chunks) {
  if (chunks <= 0) return;
  pthread_mutex_lock(&pool->turn);
  if (pool->threads == 1 || chunks == 1) {
    for (int32_t chunk = 0; chunk < chunks; chunk++) function(context, chunk, 0);
    pthread_mutex_unlock(&pool->turn);
    return;
  }
  uint32_t job = atomic_load(&pool->job) + 1;
  pool->function = function;
  pool->context = context;
  pool->chunks = (uint32_t)chunks;
  atomic_store(&pool->unfinished, (uint32_t)chunks);
  atomic_store_explicit(&pool->unclaimed, (uint64_t)job << 32 | (uint32_t)chunks, memory_order_release);
  atomic_store(&pool->job, job);
  if (atomic_load(&pool->sleeping_workers)) wake(&pool->job, pool->threads);
  work(pool, job, 0);
  uint32_t left;
  for (int32_t spins = 0; (left = atomic_load(&pool->unfinished)) != 0; spins++) {
    if (spins < SPINS) {
      pause_briefly();
    } else {
      atomic_store(&pool->caller_sleeps, 1);
      if ((left = atomic_load(&pool->unfinished)) != 0) sleep_while(&pool->unfinished, left);
      atomic_store(&pool->caller_sleeps, 0);
    }
  }
  pthread_mutex_unlock(&pool->turn);
}
