"""How long a catalogue takes to load and to search, and the memory of the process that holds it.

    python -m benchmarks.catalog_search [rows ...]      default: 100 and 100000; exit code 1 when a target is missed

Each size runs in a process of its own. The cars are those of the sample catalogue with other prices and kilometres.
"""

from __future__ import annotations

import csv
import io
import json
import random
import resource
import statistics
import subprocess
import sys
import time
from decimal import Decimal

from bot_core.catalog.car import CarWish, SearchCriteria
from bot_core.catalog.service import CarDataService
from bot_core.intents import BodyType, Feature, SortOrder, Transmission
from bot_core.settings import PROJECT_ROOT

SAMPLE = PROJECT_ROOT / "datasets" / "catalog" / "sample_catalog.csv"
REPEATS = 7
SMALL, SMALL_MS, LARGE_MS, MOST_MB = 100, 5.0, 50.0, 300.0

SEARCHES: dict[str, SearchCriteria] = {
    "any car": SearchCriteria(),
    "cheapest": SearchCriteria(sort=SortOrder.CHEAPEST),
    "newest (many ties)": SearchCriteria(sort=SortOrder.NEWEST),
    "Versa under a price": SearchCriteria(wishes=(CarWish(make="Nissan", model="Versa"),), price_max=Decimal(250_000)),
    "three models or a make": SearchCriteria(
        wishes=(
            CarWish(make="Nissan", model="Versa", version="ADVANCE"),
            CarWish(make="Volkswagen", model="Jetta"),
            CarWish(make="Kia"),
        )
    ),
    "every filter": SearchCriteria(
        wishes=(CarWish(make="Mazda"),),
        year_min=2018,
        price_min=Decimal(150_000),
        price_max=Decimal(400_000),
        km_max=80_000,
        transmission=Transmission.AUTOMATIC,
        body_type=BodyType.SEDAN,
        features=(Feature.BLUETOOTH, Feature.CAR_PLAY),
    ),
    "impossible: everything is relaxed": SearchCriteria(
        wishes=(CarWish(make="Kia", model="Rio", version="DIESEL"),),
        year_min=2026,
        price_max=Decimal(1_000),
        km_max=1,
        transmission=Transmission.MANUAL,
        body_type=BodyType.CONVERTIBLE,
        features=(Feature.BLUETOOTH, Feature.CAR_PLAY),
    ),
    "absent make": SearchCriteria(wishes=(CarWish(make="Tesla", model="Model 3"),), price_max=Decimal(500_000)),
}


def catalogue(rows: int) -> str:
    """CSV text of `rows` cars."""
    chance = random.Random(7)
    sample = list(csv.DictReader(io.StringIO(SAMPLE.read_text(encoding="utf-8"))))
    out = io.StringIO()
    writer = csv.DictWriter(out, list(sample[0]), lineterminator="\n")
    writer.writeheader()
    for number in range(rows):
        car = dict(sample[number % len(sample)])
        car["stock_id"] = str(100_000 + number)
        car["price"] = f"{float(car['price']) + 1000 * chance.randint(-30, 30):.1f}"
        car["km"] = str(max(0, int(car["km"]) + chance.randint(-5_000, 20_000)))
        writer.writerow(car)
    return out.getvalue()


def rss_mb() -> float:
    """Peak memory of this process."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(rows: int) -> None:
    """Prints one JSON line with the figures of one size."""
    bare = rss_mb()
    text = sys.stdin.read()
    start = time.perf_counter()
    catalog = CarDataService.from_text(text, source="benchmark")
    loaded = time.perf_counter() - start
    del text
    for criteria in SEARCHES.values():
        catalog.search(criteria)
    times = {}
    for name, criteria in SEARCHES.items():
        samples = []
        for _ in range(REPEATS):
            start = time.perf_counter()
            catalog.search(criteria)
            samples.append((time.perf_counter() - start) * 1000)
        times[name] = statistics.median(samples)
    print(json.dumps({"rows": rows, "load_s": loaded, "rss_mb": rss_mb(), "bare_mb": bare, "search_ms": times}))


def main(sizes: list[int]) -> int:
    missed = 0
    for rows in sizes:
        command = [sys.executable, "-m", "benchmarks.catalog_search", "--measure", str(rows)]
        done = subprocess.run(command, input=catalogue(rows), text=True, capture_output=True, check=True)
        found = json.loads(done.stdout)
        print(f"\n{rows:,} cars: loaded in {found['load_s']:.2f} s, peak memory {found['rss_mb']:.0f} MB", end=" ")
        print(f"({found['bare_mb']:.0f} MB before loading)")
        print("| search | ms, median |\n|---|---:|")
        for name, milliseconds in found["search_ms"].items():
            print(f"| {name} | {milliseconds:.2f} |")
        slowest = max(found["search_ms"].values())
        if slowest > (SMALL_MS if rows <= SMALL else LARGE_MS) or found["rss_mb"] > MOST_MB:
            print("target missed")
            missed += 1
    return 1 if missed else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(int(sys.argv[2]))
    else:
        sys.exit(main([int(argument) for argument in sys.argv[1:]] or [SMALL, 100_000]))
