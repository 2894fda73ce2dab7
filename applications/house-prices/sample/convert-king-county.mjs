#!/usr/bin/env node
// Converts the King County sales (kc_house_data.csv or .csv.gz) to the listings contract, in the order of sale:
//   node convert-king-county.mjs kc_house_data.csv.gz king-county.csv.gz
import { readFileSync, writeFileSync } from "node:fs";
import { gunzipSync, gzipSync } from "node:zlib";

const SQUARE_FEET_PER_ACRE = 43_560;

/** City in which each ZIP code of the file mostly lies; the rest is Seattle. */
const ZIP_CODES_BY_CITY = {
  Auburn: [98001, 98002, 98092],
  Bellevue: [98004, 98005, 98006, 98007, 98008],
  "Black Diamond": [98010],
  Bothell: [98011],
  Burien: [98148, 98166],
  Carnation: [98014],
  "Des Moines": [98198],
  Duvall: [98019],
  Enumclaw: [98022],
  "Fall City": [98024],
  "Federal Way": [98003, 98023],
  Issaquah: [98027, 98029],
  Kenmore: [98028],
  Kent: [98030, 98031, 98032, 98042],
  Kirkland: [98033, 98034],
  "Maple Valley": [98038],
  Medina: [98039],
  "Mercer Island": [98040],
  "North Bend": [98045],
  Redmond: [98052, 98053],
  Renton: [98055, 98056, 98058, 98059],
  Sammamish: [98074, 98075],
  Shoreline: [98133, 98155, 98177],
  Snoqualmie: [98065],
  Tukwila: [98168, 98188],
  Vashon: [98070],
  Woodinville: [98072, 98077],
};
const cityByZip = new Map(
  Object.entries(ZIP_CODES_BY_CITY).flatMap(([city, codes]) => codes.map((code) => [String(code), city])),
);

const COLUMNS = [
  "brokered_by",
  "status",
  "price",
  "bed",
  "bath",
  "acre_lot",
  "street",
  "city",
  "state",
  "zip_code",
  "house_size",
  "prev_sold_date",
  "latitude",
  "longitude",
  "year_built",
  "year_renovated",
  "floors",
  "waterfront",
  "view",
  "condition",
  "grade",
  "neighbour_house_size",
];

const [input, output] = process.argv.slice(2);
if (input === undefined || output === undefined) {
  console.error("usage: convert-king-county.mjs INPUT.csv[.gz] OUTPUT.csv.gz");
  process.exit(2);
}
const bytes = readFileSync(input);
const text = (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString("utf8");
const [head, ...lines] = text
  .trimEnd()
  .split("\n")
  .map((line) => line.replaceAll('"', "").split(","));
const sales = lines.map((fields) => Object.fromEntries(head.map((name, index) => [name, fields[index]])));
sales.sort((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : a.id < b.id ? -1 : 1));

/** Date of the sale before, where the file knows one: 177 houses were sold twice. */
const lastSold = new Map();
const rows = sales.map((sale) => {
  const sold = `${sale.date.slice(0, 4)}-${sale.date.slice(4, 6)}-${sale.date.slice(6, 8)}`;
  const before = lastSold.get(sale.id) ?? "";
  lastSold.set(sale.id, sold);
  return [
    "",
    "sold",
    sale.price,
    sale.bedrooms,
    sale.bathrooms,
    (Number(sale.sqft_lot) / SQUARE_FEET_PER_ACRE).toFixed(4),
    sale.id,
    cityByZip.get(sale.zipcode) ?? "Seattle",
    "Washington",
    sale.zipcode,
    sale.sqft_living,
    before,
    sale.lat,
    sale.long,
    sale.yr_built,
    sale.yr_renovated === "0" ? "" : sale.yr_renovated,
    sale.floors,
    sale.waterfront,
    sale.view,
    sale.condition,
    sale.grade,
    sale.sqft_living15,
  ].join(",");
});
// Level 9 without a time stamp, so that the same input gives the same file.
writeFileSync(output, gzipSync(`${[COLUMNS.join(","), ...rows].join("\n")}\n`, { level: 9 }));
console.log(`${rows.length} sales written to ${output}`);
