/* kernels equal|timed COUNT SEED: the kernels held against their model, or timed beside it.
 *   equal   COUNT lines of random lengths, places and values: each sample is the model's, and nothing beside them is touched
 *   timed   a JSON line for each kernel: how many times as fast as its model it is, and ns a line or block */
#include "common/kernels.h"

#include <time.h>

#include "check.h"
#include "kernelsModel.h"

#define LONGEST 2000
#define FACTOR_MAX 10
#define TAPS_MAX 12
/* Lines begin anywhere, and end before what must stay as it is. */
#define PLACES 64
#define ROOM (LONGEST * FACTOR_MAX + 2 * PLACES)

/* All that a call reads and writes; each side has one of its own. */
typedef struct {
  guint8 to[ROOM], a[ROOM], b[ROOM];
  guint16 line[ROOM], weight[ROOM * TAPS_MAX / FACTOR_MAX];
  gint first[ROOM];
  gfloat block[ROOM], other[ROOM], left[ROOM], right[ROOM], peak[2];
} Memory;

typedef struct {
  gint n, to, a, b, line, factor, taps;
  guint16 weight;
  guint8 value;
  gboolean flag;
} Call;

static void
do_blend (const R58Kernels *k, Memory *m, const Call *c)
{
  k->blend (m->to + c->to, c->flag ? m->to + c->to : m->a + c->a, m->b + c->b, c->n, c->weight);
}

static void
do_tint (const R58Kernels *k, Memory *m, const Call *c)
{
  k->tint (m->to + c->to, c->flag ? m->to + c->to : m->a + c->a, c->n, c->value, c->weight);
}

static void
do_half (const R58Kernels *k, Memory *m, const Call *c)
{
  k->half (m->to + c->to, m->a + c->a, m->b + c->b, c->n);
}

static void
do_add (const R58Kernels *k, Memory *m, const Call *c)
{
  k->add (m->line + c->line, m->a + c->a, c->n);
}

static void
do_box (const R58Kernels *k, Memory *m, const Call *c)
{
  k->box (m->to + c->to, m->line + c->line, c->n, c->factor);
}

static void
do_weigh (const R58Kernels *k, Memory *m, const Call *c)
{
  k->weigh (m->line + c->line, m->a + c->a, c->n, c->weight, c->flag);
}

static void
do_gather (const R58Kernels *k, Memory *m, const Call *c)
{
  k->gather (m->to + c->to, m->line + c->line, c->n, c->taps, m->first, m->weight);
}

static void
do_mix (const R58Kernels *k, Memory *m, const Call *c)
{
  k->mix (m->block + c->to, m->other + c->a, c->n);
}

static void
do_gain (const R58Kernels *k, Memory *m, const Call *c)
{
  k->gain (m->block + c->to, m->left + c->a, c->flag ? m->left + c->a : m->right + c->b, c->n);
}

static void
do_peak (const R58Kernels *k, Memory *m, const Call *c)
{
  k->peak (m->peak, m->block + c->a, c->n);
}

static const struct {
  const gchar *name;
  void (*call) (const R58Kernels *kernels, Memory *memory, const Call *call);
} kernels[] = { { "blend", do_blend }, { "tint", do_tint }, { "half", do_half }, { "add", do_add }, { "box", do_box },
  { "weigh", do_weigh }, { "gather", do_gather }, { "mix", do_mix }, { "gain", do_gain }, { "peak", do_peak } };

/* ---- equal ---- */

/* Lines of the scaler: what was added up of `factor` lines, or weighed with weights of 256 in all. */
static void
fill (Memory *m, const Call *c)
{
  static const gfloat odd[] = { 0, -0.0f, 1e-40f, 1e-20f, 64, -64, NAN, INFINITY };
  guint low = check_below (256), range = check_below (257 - low);
  for (gint i = 0; i < ROOM; i++) {
    m->to[i] = check_below (256);
    m->a[i] = low + check_below (range);
    m->b[i] = check_below (4) ? check_below (256) : 255;
    m->line[i] = c->flag ? check_below (255 * c->factor + 1) : check_below (255 * 256 + 1);
    m->block[i] = check_below (40) ? 2 * check_share () - 1 : odd[check_below (G_N_ELEMENTS (odd))];
    m->other[i] = 2 * check_share () - 1;
    m->left[i] = 4 * check_share ();
    m->right[i] = check_below (3) ? check_share () : 0;
  }
  for (gint i = 0; i < c->n; i++) {
    m->first[i] = check_below (c->n * 2);
    gint left = 256;
    for (gint k = 0; k < c->taps; k++) {
      gint w = k == c->taps - 1 ? left : (gint) check_below (left + 1);
      m->weight[i * c->taps + k] = w;
      left -= w;
    }
  }
  m->peak[0] = check_share ();
  m->peak[1] = 0;
}

static Call
any_call (void)
{
  return (Call) {
    .n = check_below (3) ? check_below (80) : check_below (LONGEST),
    .to = check_below (PLACES), .a = check_below (PLACES), .b = check_below (PLACES), .line = check_below (PLACES),
    .factor = 3 + check_below (FACTOR_MAX - 3), .taps = 1 + check_below (TAPS_MAX),
    .weight = check_below (257), .value = check_below (256), .flag = check_below (2),
  };
}

static void
equal (guint count)
{
  Memory *before = g_new0 (Memory, 1), *is = g_new (Memory, 1), *should = g_new (Memory, 1);
  for (guint i = 0; i < count; i++) {
    Call c = any_call ();
    fill (before, &c);
    for (guint k = 0; k < G_N_ELEMENTS (kernels); k++) {
      *is = *should = *before;
      kernels[k].call (&r58_kernels, is, &c);
      kernels[k].call (&model, should, &c);
      CHECK (memcmp (is, should, sizeof *is) == 0, "%s: n %d at %d from %d and %d, factor %d, taps %d, weight %d", kernels[k].name,
          c.n, c.to, c.a, c.b, c.factor, c.taps, c.weight);
    }
  }
  g_free (before);
  g_free (is);
  g_free (should);
}

/* ---- timed ---- */

/* The processor's time: others may have it in between. */
static gdouble
spent_ns (void)
{
  struct timespec t;
  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
}

static gdouble
ns_a_call (guint k, const R58Kernels *table, Memory *m, const Call *c, guint calls)
{
  gdouble began = spent_ns ();
  for (guint i = 0; i < calls; i++)
    kernels[k].call (table, m, c);
  return (spent_ns () - began) / calls;
}

static gint
ascending (gconstpointer a, gconstpointer b)
{
  return *(const gdouble *) a < *(const gdouble *) b ? -1 : *(const gdouble *) a > *(const gdouble *) b;
}

/* One beside the other, over and over; the middle of what the pairs tell. A line of 1080p, a block of sound. */
static void
timed (guint rounds)
{
  Memory *m = g_new0 (Memory, 1);
  gdouble *ratio = g_new (gdouble, rounds), *ns = g_new (gdouble, rounds);
  for (guint k = 0; k < G_N_ELEMENTS (kernels); k++) {
    gboolean sound = k >= 7;
    Call c = { .n = sound ? 480 : k == 2 || k == 6 ? 960 : k == 4 ? 640 : 1920, .factor = 3, .taps = 3, .weight = 100, .value = 16 };
    fill (m, &c);
    /* Sound that is worked on again and again must stay sound. */
    for (gint i = 0; i < ROOM; i++) {
      m->block[i] = 0.5f;
      m->other[i] = 0;
      m->left[i] = m->right[i] = 1;
    }
    for (guint r = 0; r < rounds; r++) {
      gdouble slow = ns_a_call (k, &model, m, &c, 400);
      ns[r] = ns_a_call (k, &r58_kernels, m, &c, 2000);
      ratio[r] = slow / ns[r];
    }
    qsort (ratio, rounds, sizeof *ratio, ascending);
    qsort (ns, rounds, sizeof *ns, ascending);
    printf ("{\"kernel\":\"%s\",\"ratio\":%.3f,\"ns\":%.1f}\n", kernels[k].name, ratio[rounds / 2], ns[rounds / 2]);
  }
  g_free (ratio);
  g_free (ns);
  g_free (m);
}

int
main (int argc, char **argv)
{
  check_seed (atoi (argv[3]));
  if (g_str_equal (argv[1], "timed"))
    timed (atoi (argv[2]));
  else
    equal (atoi (argv[2]));
  return 0;
}
