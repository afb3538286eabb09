/*
 * Allocates in C++: lambdas, containers, constructors, and while exceptions are thrown and caught.
 */
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <regex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

static volatile unsigned long sum;

struct Guard {
	std::string text = "more than fits into the string itself";
	~Guard()
	{
		text += text;
		sum += text.size();
	}
};

[[gnu::noinline]] static int fall(int depth)
{
	Guard guard;

	if (depth == 0)
		throw std::runtime_error(guard.text);
	return fall(depth - 1) + 1;
}

static void catch_all(int depth)
{
	try {
		fall(depth);
	} catch (const std::exception &e) {
		std::string copy = e.what() + std::string("; and why it was caught");

		sum += copy.size();
	}
}

struct Shape {
	virtual ~Shape() = default;
	virtual std::unique_ptr<Shape> copy() const = 0;
};

template <int N> struct Box : Shape {
	std::vector<int> numbers = std::vector<int>(N);
	std::unique_ptr<Shape> copy() const override
	{
		return std::make_unique<Box<N>>();
	}
};

static void work()
{
	std::map<std::string, std::vector<std::string>> map;
	std::function<std::string(int)> nested = [&](int n) {
		return n ? nested(n - 1) + "another string, which is longer than before" : std::string("begin");
	};

	for (int i = 0; i < 100; i++) {
		map["a key that is longer than a short string, number " + std::to_string(i)].push_back(nested(i % 10));
		catch_all(i % 8);
		sum += Box<7>().copy() != nullptr;
	}
	sum += std::regex_search(nested(5), std::regex("(a|b)*nother [[:alpha:]]+"));
}

int main()
{
	std::thread other(work);

	work();
	other.join();
	return 0;
}
