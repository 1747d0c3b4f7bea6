/// Generations that someone ages by the clock, as by a write to `lru_gen` of debugfs, and not reclaim when it
/// needs to.
///
/// It is the replacement policy `mglru` with the moments of ageing in the hands of the caller.
public struct AgedGenerations: ~Copyable {
  private var replacer: GenerationReplacer

  /// No page in any of so many frames.
  public init(frames: Int, pages: Int) {
    replacer = GenerationReplacer(frames: frames, pages: pages, ReplacementSettings())
  }

  /// Accesses a page, which evicts another where all frames are in use.
  public mutating func access(_ page: UInt32) { _ = replacer.reference(page) }

  /// Gives pages that were accessed the youngest generation, and starts another.
  public mutating func age() { replacer.age() }

  /// The generation of a page, from 3 for the youngest down to 0; nothing where it has been evicted.
  public func generation(of page: UInt32) -> Int? { replacer.age(of: page).map { 3 - $0 } }
}
