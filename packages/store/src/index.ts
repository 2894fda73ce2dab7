export { type EmbeddedDatabase, type LaunchOptions, launchPostgres } from "./postgres/launcher.js";
