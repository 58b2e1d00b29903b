/* Whether the mixer runs, and what waits for it. */
#include "mixer/mixer.h"

#include <errno.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#define GST_CAT_DEFAULT r58_mixer_debug

/* Where real-time priority is not permitted. */
#define HURRY_NICE -15

void
mix_wake_links (R58Mixer *self)
{
  guint64 one = 1;
  if (self->run.wake_fd >= 0 && write (self->run.wake_fd, &one, sizeof one) < 0)
    GST_LOG_OBJECT (self, "the link thread has been woken already");
}

void
mix_set_running (R58Mixer *self, gboolean playing, gboolean stopping)
{
  r58_lock (&self->run.lock);
  self->run.playing = playing;
  self->run.stopping = stopping;
  r58_cond_broadcast (&self->run.cond);
  r58_unlock (&self->run.lock);
  mix_wake_links (self);
}

gboolean
mix_sleep_until (R58Mixer *self, GstClockTime t)
{
  r58_lock (&self->run.lock);
  while (self->run.playing && !self->run.stopping && r58_cond_wait_until (&self->run.cond, &self->run.lock, t));
  gboolean plays = self->run.playing && !self->run.stopping;
  r58_unlock (&self->run.lock);
  return plays;
}

gboolean
mix_wait_playing (R58Mixer *self)
{
  r58_lock (&self->run.lock);
  while (!self->run.playing && !self->run.stopping)
    r58_cond_wait (&self->run.cond, &self->run.lock);
  gboolean plays = !self->run.stopping;
  r58_unlock (&self->run.lock);
  return plays;
}

gboolean
mix_ended (R58Mixer *self)
{
  r58_lock (&self->run.lock);
  gboolean ended = self->run.ended;
  r58_unlock (&self->run.lock);
  return ended;
}

void
mix_hurry (R58Mixer *self)
{
  /* The lowest of the real-time priorities. Threads that downstream starts from a tick do not inherit it. */
  struct sched_param lowest = { .sched_priority = sched_get_priority_min (SCHED_RR) };
  if (!self->realtime || sched_setscheduler (0, SCHED_RR | SCHED_RESET_ON_FORK, &lowest) == 0)
    return;
  if (sched_setscheduler (0, SCHED_OTHER | SCHED_RESET_ON_FORK, &(struct sched_param) { 0 }) < 0
      || setpriority (PRIO_PROCESS, gettid (), HURRY_NICE) < 0)
    GST_INFO_OBJECT (self, "ticks run with ordinary priority: %s", g_strerror (errno));
}
