/* GLib's locks as ThreadSanitizer sees them. Debian's GLib makes its locks of futexes, reference counts and queues of its own,
 * without a word to the sanitizer: everything they keep apart would look like a race. Linked into a program, these come before
 * GLib's own for everybody outside of GLib: locks are pthread's, and what GLib hands from one thread to another is told. */
#include <dlfcn.h>
#include <gst/gst.h>
#include <pthread.h>
#include <stdlib.h>

void __tsan_acquire (void *address);
void __tsan_release (void *address);

#define EXPORT __attribute__ ((visibility ("default")))
/* GLib's function of this name. */
#define REAL(name) \
  static __typeof__ (&name) real; \
  if (!__atomic_load_n (&real, __ATOMIC_RELAXED)) \
  __atomic_store_n (&real, (__typeof__ (&name)) dlsym (RTLD_NEXT, #name), __ATOMIC_RELAXED)

/* ---- locks: made when they are first used, as GLib's need not be initialised ---- */

static gpointer
made (gpointer *place, gpointer (*make) (void), void (*unmake) (gpointer))
{
  gpointer have = __atomic_load_n (place, __ATOMIC_ACQUIRE);
  if (have)
    return have;
  gpointer fresh = make (), none = NULL;
  if (__atomic_compare_exchange_n (place, &none, fresh, FALSE, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
    return fresh;
  unmake (fresh);
  return none;
}

static gpointer
make_mutex (void)
{
  pthread_mutex_t *mutex = malloc (sizeof *mutex);
  pthread_mutex_init (mutex, NULL);
  return mutex;
}

static gpointer
make_recursive (void)
{
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init (&attributes);
  pthread_mutexattr_settype (&attributes, PTHREAD_MUTEX_RECURSIVE);
  pthread_mutex_t *mutex = malloc (sizeof *mutex);
  pthread_mutex_init (mutex, &attributes);
  pthread_mutexattr_destroy (&attributes);
  return mutex;
}

static void
unmake_mutex (gpointer mutex)
{
  pthread_mutex_destroy (mutex);
  free (mutex);
}

static gpointer
make_cond (void)
{
  pthread_condattr_t attributes;
  pthread_condattr_init (&attributes);
  pthread_condattr_setclock (&attributes, CLOCK_MONOTONIC);
  pthread_cond_t *cond = malloc (sizeof *cond);
  pthread_cond_init (cond, &attributes);
  pthread_condattr_destroy (&attributes);
  return cond;
}

static void
unmake_cond (gpointer cond)
{
  pthread_cond_destroy (cond);
  free (cond);
}

static gpointer
make_rw (void)
{
  pthread_rwlock_t *lock = malloc (sizeof *lock);
  pthread_rwlock_init (lock, NULL);
  return lock;
}

static void
unmake_rw (gpointer lock)
{
  pthread_rwlock_destroy (lock);
  free (lock);
}

static void
clear (gpointer *place, void (*unmake) (gpointer))
{
  if (*place)
    unmake (*place);
  *place = NULL;
}

/* All of GLib's have a pointer first. */
#define MUTEX(m) made ((gpointer *) (m), make_mutex, unmake_mutex)
#define RECURSIVE(m) made ((gpointer *) (m), make_recursive, unmake_mutex)
#define COND(c) made ((gpointer *) (c), make_cond, unmake_cond)
#define RW(l) made ((gpointer *) (l), make_rw, unmake_rw)

EXPORT void g_mutex_init (GMutex *m) { *(gpointer *) m = NULL; }
EXPORT void g_mutex_clear (GMutex *m) { clear ((gpointer *) m, unmake_mutex); }
EXPORT void g_mutex_lock (GMutex *m) { pthread_mutex_lock (MUTEX (m)); }
EXPORT void g_mutex_unlock (GMutex *m) { pthread_mutex_unlock (MUTEX (m)); }
EXPORT gboolean g_mutex_trylock (GMutex *m) { return pthread_mutex_trylock (MUTEX (m)) == 0; }

EXPORT void g_rec_mutex_init (GRecMutex *m) { *(gpointer *) m = NULL; }
EXPORT void g_rec_mutex_clear (GRecMutex *m) { clear ((gpointer *) m, unmake_mutex); }
EXPORT void g_rec_mutex_lock (GRecMutex *m) { pthread_mutex_lock (RECURSIVE (m)); }
EXPORT void g_rec_mutex_unlock (GRecMutex *m) { pthread_mutex_unlock (RECURSIVE (m)); }
EXPORT gboolean g_rec_mutex_trylock (GRecMutex *m) { return pthread_mutex_trylock (RECURSIVE (m)) == 0; }

EXPORT void g_rw_lock_init (GRWLock *l) { *(gpointer *) l = NULL; }
EXPORT void g_rw_lock_clear (GRWLock *l) { clear ((gpointer *) l, unmake_rw); }
EXPORT void g_rw_lock_reader_lock (GRWLock *l) { pthread_rwlock_rdlock (RW (l)); }
EXPORT void g_rw_lock_reader_unlock (GRWLock *l) { pthread_rwlock_unlock (RW (l)); }
EXPORT gboolean g_rw_lock_reader_trylock (GRWLock *l) { return pthread_rwlock_tryrdlock (RW (l)) == 0; }
EXPORT void g_rw_lock_writer_lock (GRWLock *l) { pthread_rwlock_wrlock (RW (l)); }
EXPORT void g_rw_lock_writer_unlock (GRWLock *l) { pthread_rwlock_unlock (RW (l)); }
EXPORT gboolean g_rw_lock_writer_trylock (GRWLock *l) { return pthread_rwlock_trywrlock (RW (l)) == 0; }

EXPORT void g_cond_init (GCond *c) { *(gpointer *) c = NULL; }
EXPORT void g_cond_clear (GCond *c) { clear ((gpointer *) c, unmake_cond); }
EXPORT void g_cond_wait (GCond *c, GMutex *m) { pthread_cond_wait (COND (c), MUTEX (m)); }
EXPORT void g_cond_signal (GCond *c) { pthread_cond_signal (COND (c)); }
EXPORT void g_cond_broadcast (GCond *c) { pthread_cond_broadcast (COND (c)); }

EXPORT gboolean
g_cond_wait_until (GCond *c, GMutex *m, gint64 end_us)
{
  struct timespec until = { end_us / G_USEC_PER_SEC, end_us % G_USEC_PER_SEC * 1000 };
  return pthread_cond_timedwait (COND (c), MUTEX (m), &until) == 0;
}

/* ---- what GLib and GStreamer hand over: told at the address of the thing ---- */

/* The last one to let go frees it, after all that the others did. */
#define LETS_GO(name, ...) \
  REAL (name); \
  __tsan_release (object); \
  __tsan_acquire (object); \
  real (object, ##__VA_ARGS__)

EXPORT void g_object_unref (gpointer object) { LETS_GO (g_object_unref); }
EXPORT void gst_object_unref (gpointer object) { LETS_GO (gst_object_unref); }
EXPORT void gst_mini_object_unref (GstMiniObject *object) { LETS_GO (gst_mini_object_unref); }
EXPORT void g_atomic_rc_box_release (gpointer object) { LETS_GO (g_atomic_rc_box_release); }
EXPORT void g_atomic_rc_box_release_full (gpointer object, GDestroyNotify f) { LETS_GO (g_atomic_rc_box_release_full, f); }

#undef g_once_init_leave
EXPORT void
g_once_init_leave (volatile void *location, gsize result)
{
  REAL (g_once_init_leave);
  __tsan_release ((void *) location);
  real (location, result);
}

/* A callback of a main context: made by one thread, called by another. */
typedef struct {
  GSourceFunc call;
  gpointer data;
  GDestroyNotify notify;
} Callback;

static gboolean
call_back (gpointer data)
{
  Callback *callback = data;
  __tsan_acquire (callback);
  return callback->call (callback->data);
}

static void
callback_free (gpointer data)
{
  Callback *callback = data;
  __tsan_acquire (callback);
  if (callback->notify)
    callback->notify (callback->data);
  free (callback);
}

EXPORT void
g_source_set_callback (GSource *source, GSourceFunc call, gpointer data, GDestroyNotify notify)
{
  REAL (g_source_set_callback);
  /* Others than timers and idlers are called with arguments of their own. */
  Dl_info from;
  if (!dladdr (__builtin_return_address (0), &from) || !from.dli_fname || !strstr (from.dli_fname, "libgstr58")) {
    real (source, call, data, notify);
    return;
  }
  Callback *callback = malloc (sizeof *callback);
  *callback = (Callback) { call, data, notify };
  __tsan_release (callback);
  real (source, call_back, callback, callback_free);
}
