/* What a show is made of. */
#include "mixer/mixer.h"

void
mix_scene_unref (MixScene *scene)
{
  g_atomic_rc_box_release (scene);
}

void
mix_take_free (MixTake *take)
{
  g_free (take->id);
  g_clear_pointer (&take->scene, mix_scene_unref);
  g_free (take);
}
