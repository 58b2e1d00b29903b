/* The control thread: commands, deadlines, everything done to peers except pushing packets. */
#include "webrtc/webrtc.h"

GST_DEBUG_CATEGORY_EXTERN (r58_webrtc_debug);
#define GST_CAT_DEFAULT r58_webrtc_debug

#define CHECK_MS 250
#define COMMANDS_MAX 256
#define STOP_MAX_US (5 * G_TIME_SPAN_SECOND)

/* ---- commands ---- */

typedef struct {
  R58WebRTC *self;
  JsonParser *parser;
  JsonObject *object;
  const gchar *op;
} Command;

static gboolean
run_command (gpointer data)
{
  Command *c = data;
  R58WebRTC *self = c->self;
  const gchar *id = r58_member_string (c->object, "id", NULL);
  R58Peer *peer = rtc_find_peer (self, id);
  if (g_str_equal (c->op, "add")) {
    rtc_add_peer (self, id, c->object);
  } else if (g_str_equal (c->op, "keyframe")) {
    g_atomic_int_set (&self->awaits_key, TRUE);
    rtc_key_wanted (self);
  } else if (!g_str_equal (c->op, "candidate") && !g_str_equal (c->op, "remove")) {
    r58_command_refuse (GST_ELEMENT (self), c->op, id, "op must be add, candidate, remove or keyframe");
  } else if (!peer) {
    r58_command_refuse (GST_ELEMENT (self), c->op, id, "no such peer");
  } else if (g_str_equal (c->op, "remove")) {
    rtc_end_peer (GST_ELEMENT (self), peer, "removed");
  } else if (!r58_peer_candidate (peer, r58_member_string (c->object, "candidate", NULL))) {
    /* RFC 9725 §4.3.2: what cannot be used is discarded silently. */
    GST_INFO_OBJECT (self, "%s: a candidate was left out", id);
  }
  g_atomic_int_add (&self->commands, -1);
  return G_SOURCE_REMOVE;
}

static void
command_free (gpointer data)
{
  Command *c = data;
  g_object_unref (c->parser);
  g_free (c);
}

void
rtc_command (R58WebRTC *self, const gchar *text)
{
  JsonObject *object;
  const gchar *op;
  JsonParser *parser = r58_command_parse (GST_ELEMENT (self), text, &object, &op);
  if (!parser)
    return;
  GST_OBJECT_LOCK (self);
  gboolean running = self->context != NULL && GST_STATE (self) >= GST_STATE_PAUSED;
  gboolean room = g_atomic_int_get (&self->commands) < COMMANDS_MAX;
  if (running && room) {
    g_atomic_int_inc (&self->commands);
    Command *c = g_new (Command, 1);
    *c = (Command){ self, parser, object, op };
    rtc_invoke (self, run_command, c, command_free);
  }
  GST_OBJECT_UNLOCK (self);
  if (!running || !room) {
    r58_command_refuse (GST_ELEMENT (self), op, r58_member_string (object, "id", NULL), "%s",
        running ? "busy: too many commands wait" : "the pipeline is not running");
    g_object_unref (parser);
  }
}

/* ---- the thread ---- */

static gboolean
on_tick (gpointer data)
{
  R58WebRTC *self = data;
  /* Backwards: a check may remove its peer. */
  for (guint i = self->peers->len; i-- > 0;)
    r58_peer_check (g_ptr_array_index (self->peers, i));
  if (++self->ticks % 2 == 0)
    rtc_post_stats (self);
  return G_SOURCE_CONTINUE;
}

static gpointer
control (gpointer data)
{
  R58WebRTC *self = data;
  g_main_context_push_thread_default (self->context);
  GSource *tick = g_timeout_source_new (CHECK_MS);
  g_source_set_callback (tick, on_tick, self, NULL);
  g_source_attach (tick, self->context);
  g_main_loop_run (self->loop);
  g_source_destroy (tick);
  g_source_unref (tick);
  if (self->key_timer)
    g_source_destroy (self->key_timer);
  g_clear_pointer (&self->key_timer, g_source_unref);
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

static gpointer
warm (gpointer data)
{
  r58_peer_warm ();
  return NULL;
}

void
rtc_start (R58WebRTC *self)
{
  GST_OBJECT_LOCK (self);
  self->context = g_main_context_new ();
  GST_OBJECT_UNLOCK (self);
  self->loop = g_main_loop_new (self->context, FALSE);
  self->key_asked = 0;
  self->ends = FALSE;
  for (R58Kind kind = R58_VIDEO; kind < R58_KINDS; kind++)
    if (self->inbox[kind])
      r58_inbox_start (self->inbox[kind]);
  self->thread = g_thread_new ("r58-webrtc", control, self);
  self->warmer = g_thread_new ("r58-warm", warm, NULL);
}

static gboolean
quit (gpointer data)
{
  g_main_loop_quit (data);
  return G_SOURCE_REMOVE;
}

/* ---- the end of all ---- */

static gboolean
end_all (gpointer data)
{
  R58WebRTC *self = data;
  self->ends = TRUE;
  while (self->peers->len)
    rtc_end_peer (GST_ELEMENT (self), g_ptr_array_index (self->peers, self->peers->len - 1), "the pipeline stops");
  return G_SOURCE_REMOVE;
}

static void
wait_for_removals (R58WebRTC *self)
{
  g_mutex_lock (&self->lock);
  gint64 until = g_get_monotonic_time () + STOP_MAX_US;
  while ((self->peers->len || self->removals) && g_cond_wait_until (&self->removed, &self->lock, until))
    ;
  if (self->removals)
    GST_ERROR_OBJECT (self, "%u peers did not end within 5 s", self->removals);
  g_mutex_unlock (&self->lock);
}

static gboolean
begin_again (gpointer data)
{
  R58_WEBRTC (data)->ends = FALSE;
  return G_SOURCE_REMOVE;
}

void
rtc_open (R58WebRTC *self)
{
  rtc_invoke (self, begin_again, self, NULL);
}

void
rtc_say_goodbye (R58WebRTC *self)
{
  if (!self->thread)
    return;
  rtc_invoke (self, end_all, self, NULL);
  wait_for_removals (self);
}

void
rtc_stop (R58WebRTC *self)
{
  if (!self->thread)
    return;
  g_clear_pointer (&self->warmer, g_thread_join);
  rtc_invoke (self, quit, self->loop, NULL);
  g_clear_pointer (&self->thread, g_thread_join);
  end_all (self);
  wait_for_removals (self);
  /* Pending calls to the control thread hold peers, and those hold the context. */
  while (g_main_context_iteration (self->context, FALSE));
  g_clear_pointer (&self->loop, g_main_loop_unref);
  GST_OBJECT_LOCK (self);
  g_clear_pointer (&self->context, g_main_context_unref);
  GST_OBJECT_UNLOCK (self);
}
