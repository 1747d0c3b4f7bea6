extension GuestProfile {
  /// The bytes of the guest's memory that are there after its steps, where memory comes in pages of a size:
  /// every page of which an instruction, a device or the monitor has touched any part.
  public func touchedBytes(pageBytes: UInt64) -> UInt64 {
    let size = max(pageBytes, 4096) >> 12
    var ranges: [Range<UInt64>] = []
    func add(_ page: UInt64, _ count: UInt64) {
      guard count > 0 else { return }
      ranges.append(page / size..<(page + count - 1) / size + 1)
    }
    for phase in phases {
      switch phase.work {
      case .runs(let runs, _):
        for run in runs {
          if run.stride <= size {
            add(run.page, (run.count - min(run.count, 1)) * run.stride + min(run.count, 1))
          } else {
            for number in 0..<run.count { add(run.page + number * run.stride, 1) }
          }
        }
      case .recorded(let number):
        guard let recording else { continue }
        let touches = recording.phaseTouches[number]..<recording.phaseTouches[number + 1]
        for touch in recording.touches[touches] {
          let page = Int(touch.page)
          // A page of the array of struct pages stands for as many as the array has grown.
          add(recording.places[page], UInt64(recording.counts[page]))
        }
      }
    }
    ranges.sort { $0.lowerBound < $1.lowerBound }
    var (pages, end) = (UInt64(0), UInt64(0))
    for range in ranges where range.upperBound > end {
      pages += range.upperBound - max(range.lowerBound, end)
      end = range.upperBound
    }
    return pages * size << 12
  }
}
