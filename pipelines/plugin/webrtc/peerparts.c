/* What every part of a peer needs. */
#include "webrtc/peerparts.h"

R58Peer *
r58_peer_ref (R58Peer *peer)
{
  g_atomic_int_inc (&peer->refs);
  return peer;
}

void
r58_peer_unref (R58Peer *peer)
{
  if (!g_atomic_int_dec_and_test (&peer->refs))
    return;
  g_ptr_array_unref (peer->inlets);
  if (peer->feed)
    r58_feed_free (peer->feed);
  if (peer->lip_sync)
    r58_lip_sync_free (peer->lip_sync);
  if (peer->twcc)
    r58_twcc_free (peer->twcc);
  r58_gate_free (peer->gate);
  r58_life_clear (&peer->life);
  g_clear_pointer (&peer->local, nice_candidate_free);
  g_clear_pointer (&peer->remote, nice_candidate_free);
  g_clear_object (&peer->session);
  g_clear_object (&peer->agent);
  g_clear_object (&peer->ice);
  gst_clear_object (&peer->dtlsenc);
  gst_clear_object (&peer->webrtc);
  g_mutex_clear (&peer->lock);
  r58_network_free (peer->network);
  g_main_context_unref (peer->context);
  if (peer->offer)
    gst_sdp_message_free (peer->offer);
  g_free (peer->answer);
  g_free (peer->audio_pad);
  g_free (peer->fingerprint);
  g_free (peer->id);
  g_free (peer);
}

static void
unref_closure (gpointer peer, GClosure *closure)
{
  r58_peer_unref (peer);
}

void
peer_hear (R58Peer *peer, gpointer object, const gchar *signal, GCallback callback)
{
  g_signal_connect_data (object, signal, callback, r58_peer_ref (peer), unref_closure, 0);
}

void
peer_probe (R58Peer *peer, GstPad *pad, GstPadProbeType type, GstPadProbeCallback callback)
{
  gst_pad_add_probe (pad, type, callback, r58_peer_ref (peer), (GDestroyNotify) r58_peer_unref);
}

typedef struct {
  R58Peer *peer;
  void (*call) (R58Peer *peer, gpointer data);
  gpointer data;
} Job;

static void
job_free (gpointer data)
{
  Job *job = data;
  r58_peer_unref (job->peer);
  g_free (job);
}

static gboolean
job_run (gpointer data)
{
  Job *job = data;
  if (!g_atomic_int_get (&job->peer->ended))
    job->call (job->peer, job->data);
  else if (job->data)
    g_free (job->data);
  return G_SOURCE_REMOVE;
}

void
peer_later (R58Peer *peer, void (*call) (R58Peer *peer, gpointer data), gpointer data)
{
  Job *job = g_new (Job, 1);
  *job = (Job){ r58_peer_ref (peer), call, data };
  GSource *source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, job_run, job, job_free);
  g_source_attach (source, peer->context);
  g_source_unref (source);
}

static void
end_with (R58Peer *peer, gpointer reason)
{
  peer->does->ended (peer->owner, peer, reason);
  g_free (reason);
}

void
peer_fail (R58Peer *peer, const gchar *format, ...)
{
  va_list args;
  va_start (args, format);
  peer_later (peer, end_with, g_strdup_vprintf (format, args));
  va_end (args);
}

JsonBuilder *
peer_event (R58Peer *peer)
{
  JsonBuilder *b = r58_json_begin ();
  r58_json_string (b, "id", peer->id);
  return b;
}

void
peer_set_state (R58Peer *peer, PeerState state, const gchar *name, const gchar *reason)
{
  peer->state = state;
  JsonBuilder *b = peer_event (peer);
  r58_json_string (b, "state", name);
  if (reason)
    r58_json_string (b, "reason", reason);
  r58_post_event (peer->owner, "state", b);
}
