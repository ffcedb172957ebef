// Each behaviour is a module of its own; all of them enhance pages that work without.
import "./copy.js";
import "./dialogs.js";
import "./keys.js";
import "./media.js";
import "./play.js";
import "./tidy.js";
