"""Security that is designed with the plan, and products that are safe. Open this for R-PJ-05 and R-PJ-23."""

from __future__ import annotations

from service.sdk import Context

ZH, EN = "方案须同步设计信息安全并说明产品安全可靠情况", "Plan must contain security design and product-safety statement"


def check_security(context: Context) -> None:
    """R-PJ-05: there is a security design and a list of products; R-PJ-23: each product of the list is stated to be safe."""
    if not str(context["security_design"] or "").strip():
        context.block("security_design", "R-PJ-05", ZH, EN, article="pj-2020#10")
    products = context.rows("secure_products")
    if not products:
        context.block("secure_products", "R-PJ-05", ZH, EN, article="pj-2020#23")
    for number, row in enumerate(products):
        for column in ("product", "proof"):
            if not str(row.get(column) or "").strip():
                context.block(
                    f"secure_products.{number}.{column}",
                    "R-PJ-23",
                    "软硬件产品安全可靠情况不符合：须写明产品及其安全可靠说明",
                    "Product safety item not met: name the product and say why it is safe and reliable",
                    article="pj-2020#23",
                )
