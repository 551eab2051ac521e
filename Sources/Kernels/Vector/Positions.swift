/// The i of 0 ..< count for which 0 <= start + i · stride < size, as bounds; (0, 0) or equal bounds if there are none.
@_transparent
public func insidePositions(start: Int, stride: Int, size: Int, count: Int) -> (begin: Int, end: Int) {
  let begin = start >= 0 ? 0 : min(count, (stride &- 1 &- start) / stride)
  let end = start >= size ? 0 : min(count, (size &- 1 &- start) / stride &+ 1)
  return (begin, max(begin, end))
}
