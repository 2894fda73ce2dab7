import type { Messages } from "../english/english.js";
import { home, nav, shell } from "./frame.js";
import { models } from "./models.js";
import { predict } from "./predict.js";
import { data, runs } from "./runs.js";
import { audit, watch } from "./watch.js";

export const spanish: Messages = {
  language: "Español",
  otherLanguage: "English",
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
