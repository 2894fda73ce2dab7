/** Folder of the built page, which `vite build` writes; a server sends what is in it. */
export const pageFolder: URL = new URL("./page/", import.meta.url);
