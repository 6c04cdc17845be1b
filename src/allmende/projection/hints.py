"""What the compiler cannot know: which memory will be read soon, and that loops are long enough for the widest vectors.

A year streams through hundreds of megabytes, and waiting costs as much as sums do.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

READ_AND_WRITE, SECOND_CACHE, DATA = 1, 2, 1


@intrinsic
def prefetch(typing: Any, array: Any, at: Any) -> Any:
    """Begin to load the cache line of the float64 `array` that holds its flat position `at`; beyond the end it does nothing."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        number, place = ir.IntType(32), ir.IntType(8).as_pointer()
        kind = ir.FunctionType(ir.VoidType(), [place, number, number, number])
        hint = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")  # type: ignore[no-untyped-call]
        options = [ir.Constant(number, option) for option in (READ_AND_WRITE, SECOND_CACHE, DATA)]
        builder.call(hint, [builder.bitcast(builder.gep(data, [arguments[1]]), place), *options])
        return context.get_dummy_value()

    return types.void(array, at), generate


@intrinsic
def prefer_wide_vectors(typing: Any) -> Any:
    """Let loops of the calling function take vectors of 512 bits where the processor has them (LLVM stops at 256)."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        set.add(builder.function.attributes, '"prefer-vector-width"="512"')  # a word that llvmlite does not list
        return context.get_dummy_value()

    return types.void(), generate
