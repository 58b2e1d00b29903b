/* Locks that a real-time thread may take. A thread of ordinary priority that holds one is raised to the one that waits for
 * it (priority inheritance), so that the wait is as long as what is done under the lock, however busy the machine is. GLib's
 * own locks do not: a holder that others kept from running held the mixer's tick up for 100 ms and more. */
#pragma once

#include <glib.h>
#include <pthread.h>
#include <time.h>

G_BEGIN_DECLS

typedef pthread_mutex_t R58Lock;
typedef pthread_cond_t R58Cond;

static inline void
r58_lock_init (R58Lock *lock)
{
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init (&attributes);
  /* A kernel without it (CONFIG_FUTEX_PI) still gives a lock. */
  if (pthread_mutexattr_setprotocol (&attributes, PTHREAD_PRIO_INHERIT) != 0 || pthread_mutex_init (lock, &attributes) != 0)
    pthread_mutex_init (lock, NULL);
  pthread_mutexattr_destroy (&attributes);
}

static inline void
r58_lock_clear (R58Lock *lock)
{
  pthread_mutex_destroy (lock);
}

static inline void
r58_lock (R58Lock *lock)
{
  if (G_UNLIKELY (pthread_mutex_lock (lock) != 0))
    g_error ("a lock is broken");
}

static inline void
r58_unlock (R58Lock *lock)
{
  pthread_mutex_unlock (lock);
}

static inline void
r58_cond_init (R58Cond *cond)
{
  pthread_condattr_t attributes;
  pthread_condattr_init (&attributes);
  pthread_condattr_setclock (&attributes, CLOCK_MONOTONIC);
  pthread_cond_init (cond, &attributes);
  pthread_condattr_destroy (&attributes);
}

static inline void
r58_cond_clear (R58Cond *cond)
{
  pthread_cond_destroy (cond);
}

static inline void
r58_cond_wait (R58Cond *cond, R58Lock *lock)
{
  pthread_cond_wait (cond, lock);
}

/* Until the absolute monotonic time `ns`; FALSE when that has come. May return early. */
static inline gboolean
r58_cond_wait_until (R58Cond *cond, R58Lock *lock, guint64 ns)
{
  struct timespec until = { .tv_sec = ns / 1000000000u, .tv_nsec = ns % 1000000000u };
  return pthread_cond_timedwait (cond, lock, &until) == 0;
}

static inline void
r58_cond_signal (R58Cond *cond)
{
  pthread_cond_signal (cond);
}

static inline void
r58_cond_broadcast (R58Cond *cond)
{
  pthread_cond_broadcast (cond);
}

G_END_DECLS
