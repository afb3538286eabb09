// What C++ is used for; prints the same whenever it runs.
#include <algorithm>
#include <any>
#include <future>
#include <iomanip>
#include <iostream>
#include <list>
#include <map>
#include <memory>
#include <numeric>
#include <regex>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

struct alignas(64) Line {
	double values[8];
};

struct Shape {
	virtual ~Shape() = default;
	virtual double area() const = 0;
};

struct Square : Shape {
	explicit Square(double a) : side(a) {}
	double area() const override { return side * side; }
	double side;
};

static std::map<std::string, int> last; // outlives main

static std::size_t count(int seed)
{
	std::unordered_map<std::string, std::vector<int>> words;
	std::multiset<std::string> sorted;

	for (int i = 0; i < 8000; i++) {
		std::ostringstream text;
		text << "word" << std::hex << (i * seed) % 4001 << std::string(i % 40, '.');
		words[text.str()].push_back(i);
		if (i % 5 == 0)
			sorted.insert(text.str());
	}
	return std::accumulate(words.begin(), words.end(), sorted.size(),
			       [](std::size_t n, const auto &w) { return n + w.first.size() * w.second.size(); });
}

int main()
{
	std::vector<std::future<std::size_t>> futures;
	for (int i = 1; i <= 6; i++)
		futures.push_back(std::async(std::launch::async, count, i));
	for (auto &f : futures)
		std::cout << f.get() << '\n';

	int caught = 0;
	for (int i = 0; i < 5000; i++) {
		try {
			std::vector<int> v(static_cast<std::size_t>(i % 10));
			v.at(5) = i;
			throw std::runtime_error("thrown " + std::to_string(i));
		} catch (const std::out_of_range &) {
			caught++;
		} catch (const std::exception &e) {
			caught += e.what()[7] == '9';
		}
	}
	std::cout << "caught " << caught << '\n';
	try {
		std::vector<char> all(static_cast<std::size_t>(-1) / 4);
		std::cout << all.size();
	} catch (const std::bad_alloc &) {
		std::cout << "no memory\n";
	}

	std::vector<std::unique_ptr<Shape>> shapes;
	for (int i = 0; i < 10000; i++)
		shapes.push_back(std::make_unique<Square>(i));
	std::cout << std::fixed << std::setprecision(1)
		  << std::accumulate(shapes.begin(), shapes.end(), 0.0,
				     [](double sum, const auto &s) { return sum + s->area(); })
		  << '\n';

	std::vector<Line *> lines;
	for (int i = 0; i < 1000; i++)
		lines.push_back(new Line[static_cast<std::size_t>(i % 7 + 1)]());
	bool aligned = std::all_of(lines.begin(), lines.end(), [](Line *l) {
		return reinterpret_cast<std::uintptr_t>(l) % 64 == 0;
	});
	for (Line *l : lines)
		delete[] l;
	std::cout << "aligned " << aligned << '\n';

	std::list<std::any> anything;
	for (int i = 0; i < 1000; i++)
		anything.emplace_back(std::string(static_cast<std::size_t>(i), 'a'));
	anything.remove_if([](const std::any &a) { return std::any_cast<std::string>(a).size() % 2; });
	std::cout << "kept " << anything.size() << '\n';

	std::vector<std::thread> threads;
	for (int i = 0; i < 4; i++)
		threads.emplace_back([i] {
			thread_local std::vector<std::string> mine;
			for (int j = 0; j < 20000; j++)
				mine.push_back(std::string(static_cast<std::size_t>(j % 60 + i), 'x'));
		});
	for (auto &t : threads)
		t.join();

	const std::string text = std::regex_replace(std::string("a=1 b=22 c=333"), std::regex("(\\w)=(\\d+)"), "$2:$1");
	std::cout << text << std::endl;
	for (int i = 0; i < 3000; i++)
		last[text + std::to_string(i)] = i;
	return 4;
}
