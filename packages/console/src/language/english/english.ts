import { home, nav, shell } from "./frame.js";
import { models } from "./models.js";
import { predict } from "./predict.js";
import { data, runs } from "./runs.js";
import { audit, watch } from "./watch.js";

/** Every text of the page, screen by screen. The other languages have the type of this value, so none can lack a sentence. */
export const english = {
  language: "English",
  otherLanguage: "Español",
  nav,
  shell,
  home,
  predict,
  models,
  runs,
  data,
  watch,
  audit,
};

export type Messages = typeof english;
