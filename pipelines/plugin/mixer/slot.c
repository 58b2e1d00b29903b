/* The signals of the slots, and the frames they bring. */
#include "mixer/mixer.h"

static void
unmap_frame (gpointer data)
{
  MixFrame *frame = data;
  gst_video_frame_unmap (&frame->video);
}

void
mix_frame_unref (MixFrame *frame)
{
  g_atomic_rc_box_release_full (frame, unmap_frame);
}

/* Picture and sound of a slot change on threads of their own: the lock keeps their events in the order of the changes, else
 * the last one told may be the older one, and a source that is live counts as without a picture for good. */
void
mix_slot_signal (R58Mixer *self, guint index, gboolean video, MixSignal now)
{
  static const gchar *const names[] = { "empty", "lost", "live" };
  MixSlot *slot = &self->slots[index];
  MixSignal *signal = video ? &slot->video_signal : &slot->audio_signal;
  r58_lock (&self->signal_lock);
  r58_lock (&slot->lock);
  gboolean changed = *signal != now;
  *signal = now;
  MixSignal video_signal = slot->video_signal, audio_signal = slot->audio_signal;
  r58_unlock (&slot->lock);
  if (changed) {
    JsonBuilder *b = r58_json_begin ();
    r58_json_int (b, "slot", index);
    r58_json_string (b, "video", names[video_signal]);
    r58_json_string (b, "audio", names[audio_signal]);
    r58_post_event (GST_ELEMENT (self), "slot", b);
  }
  r58_unlock (&self->signal_lock);
}
