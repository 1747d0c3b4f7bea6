import Dispatch
import Synchronization

/// Work on values that have nothing to do with each other, on several threads.
///
/// The results are in the order of the values, so nothing shows how many threads there were.
public enum IndependentWork {
  /// The result for each number from 0; `finished` is told how many are there, in no order of its own.
  public static func results<Value: Sendable>(
    of count: Int, threads: Int, finished: @Sendable (Int) -> Void = { _ in },
    _ work: @Sendable (Int) -> Value
  ) -> [Value] {
    let next = Atomic(0)
    let done = Mutex((count: 0, values: [Value?](repeating: nil, count: count)))
    DispatchQueue.concurrentPerform(iterations: max(1, min(threads, count))) { _ in
      while true {
        let number = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard number < count else { return }
        let value = work(number)
        let total = done.withLock { done in
          done.values[number] = value
          done.count += 1
          return done.count
        }
        finished(total)
      }
    }
    return done.withLock { $0.values.compactMap(\.self) }
  }
}
