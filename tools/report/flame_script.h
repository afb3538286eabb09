#ifndef MEMAGENT_FLAME_SCRIPT_H
#define MEMAGENT_FLAME_SCRIPT_H
/*
 * flame_script: the script in a flame graph.
 *
 * A frame is a <g class="f"> with the attributes data-d (its level; the root has 0), data-x and
 * data-v (where it begins and how wide it is, in bytes), a <title> with the name in its first line,
 * a <rect>, and a <text> if there is room for one.  Frames are in the order of a walk from the
 * root.
 *
 * Layer    tools, leaf.
 */

/* It has no "]]>", so a CDATA section can hold it. */
extern const char flame_script[];

#endif
