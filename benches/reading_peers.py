"""The question of benches/reading.rs asked of polars (lazy), duckdb or pandas.

usage: reading_peers.py polars|duckdb|pandas FILE

Of a file made by `epsiloscope generate`, CSV or Parquet: rows with a customer, not cancelled, a
price above 0 and a quantity that is above 0 or cannot be read are kept; items are those
of kept rows, rows and total those whose quantity can be read.
Prints them as JSON; exit code 3 where the library is missing.
"""
import json
import sys

NEEDED = ["order", "customer", "product", "quantity", "price"]
library, path = sys.argv[1:3]
parquet = path.endswith(".parquet")


def with_polars():
    import polars as pl

    if parquet:
        rows = pl.scan_parquet(path)
    else:
        rows = pl.scan_csv(path, infer_schema=False)
    q, price = pl.col("quantity"), pl.col("price")
    pairs = (
        rows.select(NEEDED)
        .with_columns(q.cast(pl.Int64, strict=False), price.cast(pl.Float64, strict=False))
        .filter(
            pl.col("customer").is_not_null()
            & ~pl.col("order").str.starts_with("C")
            & (price > 0)
            & (q.is_null() | (q > 0))
        )
        .group_by("customer", "product")
        .agg(q.sum().alias("sum"), q.count().alias("rows"))
        .collect(engine="streaming")
    )
    return {
        "version": pl.__version__,
        "users": pairs.filter(pl.col("rows") > 0)["customer"].n_unique(),
        "items": pairs["product"].n_unique(),
        "rows": int(pairs["rows"].sum()),
        "total": int(pairs["sum"].sum()),
    }


def with_duckdb():
    import duckdb

    read = "read_parquet(?)" if parquet else "read_csv(?, header = true, all_varchar = true)"
    db = duckdb.connect()
    db.execute(
        f"""CREATE TEMP TABLE pairs AS
        SELECT customer, product, sum(q) AS sum, count(q) AS rows FROM (
            SELECT customer, product, TRY_CAST(quantity AS BIGINT) AS q FROM {read}
            WHERE customer IS NOT NULL AND NOT starts_with("order", 'C')
              AND TRY_CAST(price AS DOUBLE) > 0)
        WHERE q IS NULL OR q > 0 GROUP BY ALL""",
        [path],
    )
    users, items, rows, total = db.execute(
        "SELECT count(DISTINCT customer) FILTER (WHERE rows > 0), count(DISTINCT product), sum(rows), sum(sum) FROM pairs"
    ).fetchone()
    return {
        "version": duckdb.__version__,
        "users": users,
        "items": items,
        "rows": int(rows),
        "total": int(total),
    }


def with_pandas():
    import pandas as pd

    if parquet:
        rows = pd.read_parquet(path, columns=NEEDED)
    else:
        text = {"order": str, "customer": str, "product": str, "quantity": str}
        rows = pd.read_csv(path, usecols=NEEDED, dtype=text)
    rows["quantity"] = pd.to_numeric(rows["quantity"], errors="coerce")
    rows["price"] = pd.to_numeric(rows["price"], errors="coerce")
    q = rows["quantity"]
    kept = rows[
        rows["customer"].notna()
        & ~rows["order"].str.startswith("C")
        & (rows["price"] > 0)
        & (q.isna() | (q > 0))
    ]
    pairs = kept.groupby(["customer", "product"])["quantity"].agg(["sum", "count"]).reset_index()
    read = pairs[pairs["count"] > 0]
    return {
        "version": pd.__version__,
        "users": int(read["customer"].nunique()),
        "items": int(pairs["product"].nunique()),
        "rows": int(pairs["count"].sum()),
        "total": int(pairs["sum"].sum()),
    }


try:
    found = {"polars": with_polars, "duckdb": with_duckdb, "pandas": with_pandas}[library]()
except ImportError as missing:
    print(missing, file=sys.stderr)
    sys.exit(3)
print(json.dumps(found))
