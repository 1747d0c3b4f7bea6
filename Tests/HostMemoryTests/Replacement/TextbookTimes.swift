/// What needs to look along the trace: the working set behind a reference, the future before it.
enum TextbookTimes {
  /// Whether each reference misses under the working set of a window (Denning 1968).
  static func workingSet(_ pages: [Int], window: Int) -> [Bool] {
    pages.indices.map { now in !pages[max(0, now - window)..<now].contains(pages[now]) }
  }

  /// The steps of the optimal policy (Bélády 1966); of pages that don't come again the one whose last
  /// reference is oldest goes.
  static func optimal(_ pages: [Int], frames: Int) -> [Step] {
    var resident: [Int] = []
    return pages.indices.map { now in
      let page = pages[now]
      if resident.contains(page) { return .hit }
      var victim: Int?
      if resident.count == frames {
        let next = { (page: Int) in pages[(now + 1)...].firstIndex(of: page) ?? pages.count }
        let last = { (page: Int) in pages[..<now].lastIndex(of: page) ?? -1 }
        victim = resident.max { (next($0), -last($0)) < (next($1), -last($1)) }
        resident.removeAll { $0 == victim }
      }
      resident.append(page)
      return Step(isMiss: true, victim: victim)
    }
  }
}
