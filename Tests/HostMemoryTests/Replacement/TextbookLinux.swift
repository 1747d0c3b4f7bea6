/// Active and inactive list as Docs/Replacement.md defines them; lists start at their heads.
struct TextbookTwoList: Textbook {
  let frames: Int
  var active: [Int] = []
  var inactive: [Int] = []
  var accessed: Set<Int> = []
  var referenced: Set<Int> = []
  var shadows: [Int: Int] = [:]
  var age = 0

  mutating func reference(_ page: Int) -> Step {
    if active.contains(page) || inactive.contains(page) {
      accessed.insert(page)
      return .hit
    }
    let victim = active.count + inactive.count == frames ? reclaim() : nil
    if let shadow = shadows[page], age - shadow <= active.count {
      active.insert(page, at: 0)
      age += 1
    } else {
      inactive.insert(page, at: 0)
    }
    shadows[page] = nil
    return Step(isMiss: true, victim: victim)
  }

  private mutating func reclaim() -> Int {
    while true {
      // The traces here are far below a gigabyte.
      if inactive.count < active.count {
        let page = active.removeLast()
        accessed.remove(page)
        inactive.insert(page, at: 0)
      }
      guard let page = inactive.popLast() else { continue }
      let wasReferenced = referenced.remove(page) != nil
      guard accessed.remove(page) != nil else {
        age += 1
        shadows[page] = age
        return page
      }
      referenced.insert(page)
      if wasReferenced {
        active.insert(page, at: 0)
        age += 1
      } else {
        inactive.insert(page, at: 0)
      }
    }
  }
}

/// Generations as Docs/Replacement.md defines them; lists start at their heads.
struct TextbookGenerations: Textbook {
  let frames: Int
  var lists: [Int: [Int]] = [:]
  var generation: [Int: Int] = [:]
  var accessed: Set<Int> = []
  var oldest = 0
  var youngest = 3

  mutating func reference(_ page: Int) -> Step {
    if generation[page] != nil {
      accessed.insert(page)
      return .hit
    }
    let victim = generation.count == frames ? reclaim() : nil
    enter(page, youngest)
    return Step(isMiss: true, victim: victim)
  }

  private mutating func enter(_ page: Int, _ number: Int) {
    generation[page] = number
    lists[number, default: []].insert(page, at: 0)
  }

  private mutating func reclaim() -> Int {
    ageIfDue()
    while true {
      guard let page = lists[oldest]?.popLast() else {
        if youngest - oldest + 1 > 2 { oldest += 1 }
        ageIfDue()
        continue
      }
      let own = generation[page] ?? oldest
      if own != oldest {
        enter(page, own)
      } else if accessed.remove(page) != nil {
        enter(page, youngest)
      } else {
        generation[page] = nil
        return page
      }
    }
  }

  private mutating func ageIfDue() {
    switch youngest - oldest + 1 {
    case ...2: break
    case 3:
      let young = generation.values.count { $0 == youngest }
      let old = generation.values.count { $0 == oldest }
      guard 2 * young > frames || 4 * old < frames else { return }
    default: return
    }
    for page in accessed { generation[page] = youngest }
    accessed = []
    youngest += 1
  }
}
