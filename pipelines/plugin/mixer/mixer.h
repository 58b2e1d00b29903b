/* r58mixer is made of these parts; each uses only those before it:
 *   run.c      whether it runs, and what waits for it
 *   output.c   what leaves on its pads
 *   show.c     what a show is made of
 *   slot.c     signals and frames of the slots
 *   ring.c     the sound of a slot
 *   draw.c     the picture of a frame: layers and transitions
 *   link.c     the link thread: reads every slot's links, posts `stats`
 *   video.c    the video tick: one frame per grid index
 *   audio.c    the audio tick: one block per 10 ms, gains, N-1, levels
 *   command.c  commands: parsed and checked in the caller's thread, then left for the ticks
 *   mixer.c    the element: properties, pads, states
 * Private to them. */
#pragma once

#include "clock/lateness.h"
#include "common/element.h"
#include "common/lock.h"
#include "link/link.h"
#include "mixer/picture.h"

#include <gst/video/video.h>

G_BEGIN_DECLS

#define MIX_SLOTS_MAX 32
#define MIX_LAYERS_MAX 32
/* Commands for the next tick that may wait at one time; more means the element is not running. */
#define MIX_PENDING_MAX 64

/* Sound kept per slot: 2.7 s. A power of two, so that an absolute sample index is masked into it. */
#define MIX_RING (1 << 17)
/* Longest delay of a slot, and of the extra delay of its sound. Together they fit the ring. */
#define MIX_DELAY_MAX (1 * GST_SECOND)

GST_DEBUG_CATEGORY_EXTERN (r58_mixer_debug);

typedef enum { MIX_CONTAIN, MIX_COVER, MIX_FILL } MixFit;
typedef enum { MIX_CUT, MIX_MIX, MIX_DIP, MIX_WIPE } MixKind;
typedef enum { MIX_EMPTY, MIX_LOST, MIX_LIVE } MixSignal;
/* What stands in for a slot without a signal: its last picture, another slot, a neutral picture. */
typedef enum { MIX_HOLD, MIX_BACKUP, MIX_SLATE } MixLoss;

typedef struct {
  gint slot;                                 /* -1: black */
  gdouble x, y, w, h;                        /* of the canvas */
  gdouble crop_l, crop_t, crop_r, crop_b;    /* of the source */
  MixFit fit;
  guint alpha;                               /* 0 to R58_OPAQUE */
  gint border;                               /* canvas pixels, even */
  R58Colour border_colour;
} MixLayer;

/* A scene never changes once made; the ticks share it by reference (g_atomic_rc_box). */
typedef struct {
  guint n_layers;
  MixLayer layers[MIX_LAYERS_MAX]; /* bottom to top */
} MixScene;

/* A `program` command on its way to the video tick. */
typedef struct {
  gchar *id;
  MixScene *scene;
  MixKind kind;
  guint frames;
  guint64 frame; /* the grid index it is meant for */
} MixTake;

/* What the output is made of: frame `k` is a pure function of this and the frames of the slots. */
typedef struct {
  MixScene *from, *to;
  MixKind kind;
  guint64 first; /* grid index of the first frame of the transition */
  guint frames;  /* frame first + frames − 1 shows `to` alone */
  gchar *id;     /* of the command; NULL once `transition-end` was posted */
  gboolean running;
} MixShow;

/* New targets of the sound from sample `at` on; NAN keeps what is. */
typedef struct {
  guint64 at, until; /* absolute sample indices of the ramp */
  gfloat gain[MIX_SLOTS_MAX], pan[MIX_SLOTS_MAX], delay_ms[MIX_SLOTS_MAX];
  gfloat master;
} MixSoundChange;

/* One received video frame, mapped for reading as long as it lives (g_atomic_rc_box). */
typedef struct {
  GstVideoFrame video;
  GstClockTime pts; /* absolute */
  guint64 serial;   /* unique in the element: names the picture in the cache of scaled ones */
  gboolean slate;   /* fills its box, whatever the layer says of fit and crop */
} MixFrame;

typedef struct {
  guint64 frames;     /* distinct frames shown by the tick */
  guint64 repeated;   /* ticks that showed the last frame again */
  guint64 dropped;    /* frames never shown: superseded, invalid, too old or too many */
  guint64 losses;     /* times the signal went */
} MixVideoStats;

/* What is seen of a picture from afar: whether it moves, and whether there is anything but black. */
typedef struct {
  guint32 hash;          /* of some thousand points of luma */
  guint peak;            /* the brightest of them, 0 to 255 */
  GstClockTime at;       /* of the last look; 0: none yet */
  GstClockTime changed;  /* when it last was another picture */
} MixLook;

typedef struct {
  guint64 blocks;     /* buffers received */
  guint64 gaps;       /* times the sound was missing when its turn came */
  guint64 slips;      /* times the timestamps left the running position by more than 5 ms */
  guint64 dropped;    /* buffers that made no sense */
} MixSoundStats;

/* What a slot brings crosses from the link thread to the ticks under `lock`; commands change it there, too. */
typedef struct {
  R58Lock lock; /* guards what follows, up to `link` */

  gchar *video_address, *audio_address; /* NULL: empty */
  guint video_target, audio_target;     /* counts re-pointing, so that the link thread notices */
  GstClockTime delay;
  GstClockTime sound_delay;             /* what the picture is delayed by, as measured; `delay` until it is known */
  gdouble lag;                          /* running mean behind it, ns */
  guint lag_frames;                     /* frames since the measuring began */
  gboolean lag_known;                   /* it was measured before: what is better known is waited for */
  MixLoss on_loss;
  gint backup;                          /* slot that stands in; -1: none */
  gint minus;                           /* atomic: its n1 pad carries sound; false costs the listener's encoder nothing */
  GQueue frames;                        /* MixFrame, in order of arrival, not shown yet */
  MixFrame *shown;
  guint fresh_age;                      /* ticks since the last new frame */
  guint usual_gap, regular;             /* longest usual fresh_age, and new frames since it was reached */
  GstClockTime old_since, old_age;      /* a lost slot brings old frames since then, of this age at the least */
  gboolean running;                     /* new frames come; live only after `trial` of that */
  GstClockTime running_since, live_since, trial;
  GstClockTime video_pts, audio_pts;    /* last received */
  MixVideoStats video_stats;
  MixSoundStats audio_stats;
  MixSignal video_signal, audio_signal; /* as last posted */
  gfloat *ring;                         /* MIX_RING stereo samples; NAN where nothing came */
  guint64 ring_begin, ring_end;         /* absolute sample indices; end is the running position */
  guint64 read_next;                    /* absolute sample index: what lies before has been played */

  struct {
    R58LinkReader *video_reader, *audio_reader;
    guint video_target, audio_target;     /* what they were made for */
    guint keep; /* frames that wait for their delay, at most */
    gchar *caps;
    GstVideoInfo info;
    MixLook look;
    R58Lateness *video_late, *audio_late; /* there as long as the reader is */
    gboolean usable, copy_frames;
  } link; /* the link thread's own */

  struct {
    gboolean missing;
    guint fade, silent_blocks;
    gfloat last[R58_CHANNELS], step[R58_CHANNELS];
  } audio; /* the audio thread's own */
} MixSlot;

/* Below it (−300 dBFS) there is nothing: what decays for ever ends in denormal numbers, which cost a hundred times as much. */
#define MIX_SILENCE 1e-15f

/* 10 ms of sound. */
typedef gfloat MixBlock[R58_BLOCK][R58_CHANNELS];

typedef struct {
  gfloat value, target, step;
  guint64 left; /* samples of the ramp still to come */
} MixRamp;

typedef struct {
  gfloat envelope;
} MixLimiter;

/* The sound of another slot in place of a lost one. */
typedef struct {
  gint slot; /* -1: none */
  MixRamp gain;
} MixStandIn;

typedef struct _MixPictures MixPictures;
typedef struct _MixBlocks MixBlocks;

/* Four threads: whoever sets `command`, the link thread, the video tick and the audio tick. Each has a part of its own;
 * what crosses between them lies in `control`, in the slots and in `returns`, each under the lock it has. */
typedef struct {
  GstElement parent;

  gchar *caps_text; /* under the object lock */
  guint n_slots;
  gboolean with_audio, realtime;

  GstVideoInfo info; /* of the program; valid from READY on */
  GstCaps *caps;
  MixSlot slots[MIX_SLOTS_MAX];
  R58Lock signal_lock; /* keeps slot events in the order of what they tell */

  GstPad *video_pad, *audio_pad;
  struct {
    R58Lock lock;
    GstPad *pad[MIX_SLOTS_MAX]; /* they come and go while the audio tick runs */
  } returns; /* the N-1 outputs */

  GThread *link_thread, *video_thread, *audio_thread;
  struct {
    R58Lock lock;
    R58Cond cond;
    gboolean playing, stopping, ended;
    gint wake_fd; /* eventfd, not under the lock: the link thread has something to do */
  } run; /* what all threads wait for */

  struct {
    R58Lock lock;
    GQueue takes;      /* MixTake, from commands to the video tick */
    gboolean idle;     /* nobody looks: nothing is drawn */
    GQueue sound;      /* MixSoundChange, by `at`, from commands to the audio tick */
    guint64 next_frame;
    /* From the ticks to `stats`. */
    guint64 frames, late_frames, skipped_frames;
    guint64 blocks, late_blocks, skipped_blocks;
    guint program_peak; /* brightest luma of the program as it was looked at last, 0–255 */
  } control;

  struct {
    guint64 serial; /* last MixFrame.serial */
  } link; /* the link thread's own */

  struct {
    MixShow show;
    guint64 jumped;          /* grid index of the first frame after skipped ones */
    GstBufferPool *pool;     /* where output pictures come from: a pool, */
    GstAllocator *allocator; /* or else this */
    gboolean memory_chosen;
    MixPictures *pictures;
    MixFrame *own[MIX_SLOTS_MAX];   /* this tick's frame of each slot; */
    MixFrame *shown[MIX_SLOTS_MAX]; /* what is shown as it: the same while there is a signal. Borrowed. */
    MixFrame *slate;
  } video; /* the video tick's own */

  struct {
    MixRamp gain[MIX_SLOTS_MAX][R58_CHANNELS], master;
    gfloat gain_target[MIX_SLOTS_MAX], pan[MIX_SLOTS_MAX];
    GstClockTime extra_delay[MIX_SLOTS_MAX];
    MixLimiter limiter, n1_limiter[MIX_SLOTS_MAX];
    MixStandIn stand_in[MIX_SLOTS_MAX];
    gfloat peak[MIX_SLOTS_MAX][R58_CHANNELS], master_peak[R58_CHANNELS];
    gboolean heard[MIX_SLOTS_MAX];
    guint level_blocks;
    guint64 jumped; /* the first block after skipped ones */
    MixBlocks *work;
  } audio; /* the audio tick's own */
} R58Mixer;

typedef struct {
  GstElementClass parent_class;
} R58MixerClass;

/* run.c */
void mix_set_running (R58Mixer *self, gboolean playing, gboolean stopping);
/* Sleeps until the absolute time t. FALSE when the element does not play (any more). */
gboolean mix_sleep_until (R58Mixer *self, GstClockTime t);
/* Sleeps until the element plays. FALSE when it is being stopped. */
gboolean mix_wait_playing (R58Mixer *self);
/* TRUE once the element was told to end. */
gboolean mix_ended (R58Mixer *self);
void mix_wake_links (R58Mixer *self);
/* Asks for the processor ahead of others, for the calling thread; done without where that is not permitted. */
void mix_hurry (R58Mixer *self);

/* output.c */
/* Before anything is pushed on the pad. */
void mix_output_init (GstPad *pad);
/* Pushes a buffer whose PTS is absolute; sends stream-start, caps and segment first. TRUE when somebody took it.
 * Takes ownership. */
gboolean mix_push (R58Mixer *self, GstPad *pad, GstCaps *caps, GstBuffer *buffer);
void mix_push_eos (GstPad *pad);
/* What comes next begins a stream again. NULL is no pad. */
void mix_output_restart (GstPad *pad);

/* show.c */
void mix_scene_unref (MixScene *scene);
void mix_take_free (MixTake *take);

/* slot.c */
void mix_frame_unref (MixFrame *frame);
/* Notes what the tick found and posts the event `slot` when it changed. */
void mix_slot_signal (R58Mixer *self, guint slot, gboolean video, MixSignal now);

/* ring.c */
/* Places received sound. Call with the slot's lock. */
void mix_ring_write (MixSlot *slot, GstBuffer *buffer);
/* One block from `start` on. Where the sound stops, begins or moves, the step is faded out on top of it. FALSE when the
 * whole block is missing. */
gboolean mix_ring_read (MixSlot *slot, guint64 start, MixBlock out);

/* draw.c */
/* The neutral picture, of the program's size. */
MixFrame *mix_slate_new (const GstVideoInfo *info);
MixPictures *mix_pictures_new (void);
void mix_pictures_free (MixPictures *pictures);
/* Draws frame k; `shown` is the frame of each slot, NULL where there is none. */
void mix_draw (MixPictures *pictures, const R58Picture *to, const MixShow *show, guint64 k, MixFrame *const *shown);
static inline R58Picture
mix_frame_picture (GstVideoFrame *frame)
{
  R58Picture p = { .width = frame->info.width, .height = frame->info.height };
  for (gint i = 0; i < R58_PLANES; i++) {
    p.data[i] = GST_VIDEO_FRAME_PLANE_DATA (frame, i);
    p.stride[i] = GST_VIDEO_FRAME_PLANE_STRIDE (frame, i);
  }
  return p;
}

/* link.c */
gpointer mix_link_thread (gpointer self);

/* video.c */
gpointer mix_video_thread (gpointer self);
void mix_video_reset (R58Mixer *self);
/* The first tick at which a frame of this time is due. With the slot's lock. */
guint64 mix_slot_tick (R58Mixer *self, MixSlot *slot, GstClockTime pts);

/* audio.c */
gpointer mix_audio_thread (gpointer self);
void mix_audio_reset (R58Mixer *self);

/* command.c */
void mix_command (R58Mixer *self, const gchar *text);

G_END_DECLS
