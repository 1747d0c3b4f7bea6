/// Least frequently used, counting from a page's loading.
///
/// Pages of one count are a list in the order of their last use, and the lists in use are a chain from the
/// lowest count up: every step is constant time.
struct LFUReplacer: Replacer, ~Copyable {
  struct Bucket: BitwiseCopyable {
    var count: UInt32
    var pages: UInt32
    var lower: UInt32
    var higher: UInt32
  }

  private static let nobody = UInt32.max
  /// So many different counts add up to more references than a trace may have.
  private static let mostCounts = 90_000

  private let lists: PageLists
  /// The bucket of each page, or nobody for a page that is absent.
  private let bucketOf: FlatArray<UInt32>
  private let buckets: FlatArray<Bucket>
  private let frames: Int
  private var used = 0
  private var lowest = nobody
  /// The first of the buckets that are not in use; they are chained by `higher`.
  private var free: UInt32 = 0

  init(frames: Int, pages: Int, _ settings: ReplacementSettings) {
    // A page on its way up may need a bucket while the one it leaves is still there.
    let most = min(frames, pages, Self.mostCounts) + 2
    lists = PageLists(most, pages: pages)
    bucketOf = FlatArray(repeating: Self.nobody, count: pages)
    buckets = FlatArray(
      repeating: Bucket(count: 0, pages: 0, lower: Self.nobody, higher: Self.nobody), count: most)
    for number in 0..<most - 1 { buckets[number].higher = UInt32(number + 1) }
    self.frames = frames
  }

  mutating func reference(_ page: UInt32) -> Reply {
    let bucket = bucketOf[page]
    if bucket != Self.nobody {
      promote(page, from: bucket)
      return .hit
    }
    var reply = Reply.loaded
    if used == frames {
      let victim = lists.back(lowest)
      leave(victim, lowest)
      bucketOf[victim] = Self.nobody
      reply = .evicted(victim)
    } else {
      used &+= 1
    }
    if lowest == Self.nobody || buckets[lowest].count != 1 {
      lowest = makeBucket(1, lower: Self.nobody, higher: lowest)
    }
    join(page, lowest)
    return reply
  }

  private mutating func promote(_ page: UInt32, from bucket: UInt32) {
    let count = buckets[bucket].count &+ 1
    var target = buckets[bucket].higher
    if target == Self.nobody || buckets[target].count != count {
      // The only page of its count takes its list along.
      if buckets[bucket].pages == 1 {
        buckets[bucket].count = count
        return
      }
      target = makeBucket(count, lower: bucket, higher: target)
    }
    leave(page, bucket)
    join(page, target)
  }

  private func join(_ page: UInt32, _ bucket: UInt32) {
    lists.pushFront(page, bucket)
    bucketOf[page] = bucket
    buckets[bucket].pages &+= 1
  }

  /// Takes a page out of its bucket, and the bucket out of the chain if it was the last one there.
  private mutating func leave(_ page: UInt32, _ bucket: UInt32) {
    lists.remove(page)
    buckets[bucket].pages &-= 1
    guard buckets[bucket].pages == 0 else { return }
    let (lower, higher) = (buckets[bucket].lower, buckets[bucket].higher)
    if lower == Self.nobody { lowest = higher } else { buckets[lower].higher = higher }
    if higher != Self.nobody { buckets[higher].lower = lower }
    buckets[bucket].higher = free
    free = bucket
  }

  private mutating func makeBucket(_ count: UInt32, lower: UInt32, higher: UInt32) -> UInt32 {
    let bucket = free
    free = buckets[bucket].higher
    buckets[bucket] = Bucket(count: count, pages: 0, lower: lower, higher: higher)
    if lower != Self.nobody { buckets[lower].higher = bucket }
    if higher != Self.nobody { buckets[higher].lower = bucket }
    return bucket
  }
}
