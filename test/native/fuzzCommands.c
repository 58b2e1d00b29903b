/* Commands to the mixer, one a line: what is taken is drawn and mixed with. */
#include "mixer/audio.c"

#include "fuzz.h"

enum { SLOTS = 4, WIDTH = 64, HEIGHT = 36 };

static MixFrame *shown[MIX_SLOTS_MAX];
static GstVideoInfo canvas;

static MixFrame *
frame_new (guint serial, guint width, guint height)
{
  GstVideoInfo info;
  gst_video_info_set_format (&info, GST_VIDEO_FORMAT_I420, width, height);
  MixFrame *frame = g_atomic_rc_box_new0 (MixFrame);
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, info.size, NULL);
  gst_buffer_memset (buffer, 0, 50 * serial, info.size);
  gst_video_frame_map (&frame->video, &info, buffer, GST_MAP_READ);
  gst_buffer_unref (buffer);
  frame->serial = serial;
  return frame;
}

static gboolean
init (GstPlugin *plugin)
{
  return r58_mixer_register (plugin);
}

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  fuzz_begin ();
  gst_plugin_register_static (GST_VERSION_MAJOR, GST_VERSION_MINOR, "r58test", "Test", init, "1", "MIT", "r58", "r58", "r58");
  gst_video_info_set_format (&canvas, GST_VIDEO_FORMAT_I420, WIDTH, HEIGHT);
  canvas.fps_n = 30;
  canvas.fps_d = 1;
  shown[0] = frame_new (1, WIDTH, HEIGHT);
  shown[1] = frame_new (2, 38, 54);
  shown[2] = mix_slate_new (&canvas);
  return 0;
}

static void
draw_all (R58Mixer *self, R58Picture *to)
{
  MixPictures *pictures = mix_pictures_new ();
  MixTake *take, *before = NULL;
  while ((take = g_queue_pop_head (&self->control.takes))) {
    MixShow show = { .from = before ? before->scene : NULL, .to = take->scene, .kind = take->kind, .frames = take->frames };
    const guint64 at[] = { 0, take->frames / 2, take->frames - 1, take->frames };
    for (guint i = 0; i < G_N_ELEMENTS (at); i++)
      mix_draw (pictures, to, &show, at[i], shown);
    g_clear_pointer (&before, mix_take_free);
    before = take;
  }
  g_clear_pointer (&before, mix_take_free);
  mix_pictures_free (pictures);
}

static void
mix_all (R58Mixer *self)
{
  for (guint64 b = 0; b < 4; b++) {
    run_gains (self, b * R58_BLOCK);
    for (guint i = 0; i < R58_BLOCK; i++) {
      MUST (self->audio.work->master[i] >= 0 && self->audio.work->master[i] <= 16, "master %g", self->audio.work->master[i]);
      for (guint s = 0; s < SLOTS; s++)
        for (guint c = 0; c < R58_CHANNELS; c++)
          MUST (self->audio.work->gain[s][c][i] >= 0 && self->audio.work->gain[s][c][i] <= 16, "gain %g", self->audio.work->gain[s][c][i]);
    }
  }
  for (guint s = 0; s < SLOTS; s++)
    MUST (self->audio.extra_delay[s] <= MIX_DELAY_MAX && self->slots[s].delay <= MIX_DELAY_MAX, "delay");
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  Input in = { data, size };
  R58Mixer *self = (R58Mixer *) gst_object_ref_sink (gst_element_factory_make ("r58mixer", NULL));
  self->n_slots = SLOTS;
  self->info = canvas;
  MixBlocks work;
  self->audio.work = &work;
  R58Picture *to = r58_picture_new (WIDTH, HEIGHT);
  while (in.left) {
    const guint8 *end = memchr (in.at, '\n', in.left);
    gsize length = end ? (gsize) (end - in.at) : in.left;
    gchar *text = g_strndup ((const gchar *) input_bytes (&in, &length), length);
    input_byte (&in);
    mix_command (self, text);
    g_free (text);
    if (self->control.takes.length > 2)
      draw_all (self, to);
  }
  draw_all (self, to);
  mix_all (self);
  r58_picture_free (to);
  self->audio.work = NULL;
  gst_object_unref (self);
  return 0;
}
